// Gopanic ends by a panic that nobody recovers: status 2.
package main

func main() {
	var m map[string]int
	m["nil"] = 1
}
