package remote

import (
	"fmt"
	"strings"
)

// vectorTypes is the type of v0 to v31, aarch64v, with the types that it consists of.
func vectorTypes() string {
	return elements("v2d:ieee_double v2u:uint64 v2i:int64 v4f:ieee_single v4u:uint32 v4i:int32 v8f:ieee_half "+
		"v8u:uint16 v8i:int16 v8bf16:bfloat16 v16u:uint8 v16i:int8 v1u:uint128 v1i:int128", vectorSize) +
		union("vnd", "f:v2d u:v2u s:v2i") + union("vns", "f:v4f u:v4u s:v4i") + union("vnh", "bf:v8bf16 f:v8f u:v8u s:v8i") +
		union("vnb", "u:v16u s:v16i") + union("vnq", "u:v1u s:v1i") +
		union("aarch64v", "d:vnd s:vns h:vnh b:vnb q:vnq")
}

// sveTypes are the types of z0 to z31, svev, and of p0 to p15, svep. length is that of a vector, bytes.
func sveTypes(length int) string {
	return elements("svevqu:uint128 svevqs:int128 svevdf:ieee_double svevdu:uint64 svevds:int64 svevsf:ieee_single "+
		"svevsu:uint32 svevss:int32 svevhf:ieee_half svevhu:uint16 svevhs:int16 svevbu:uint8 svevbs:int8", length) +
		union("svevnq", "u:svevqu s:svevqs") + union("svevnd", "f:svevdf u:svevdu s:svevds") + union("svevns", "f:svevsf u:svevsu s:svevss") +
		union("svevnh", "f:svevhf u:svevhu s:svevhs") + union("svevnb", "u:svevbu s:svevbs") +
		union("svev", "q:svevnq d:svevnd s:svevns h:svevnh b:svevnb") +
		fmt.Sprintf(`<vector id="svep" type="uint8" count="%d"/>`, length/8)
}

// elements are types of vectors of length bytes, each given as NAME:ELEMENT.
func elements(list string, length int) string {
	sizes := map[string]int{"8": 1, "16": 2, "32": 4, "64": 8, "128": 16, "half": 2, "single": 4, "double": 8}
	var b strings.Builder
	for _, v := range strings.Fields(list) {
		id, element, _ := strings.Cut(v, ":")
		size := sizes[element[strings.LastIndexAny(element, "_t")+1:]]
		fmt.Fprintf(&b, `<vector id="%s" type="%s" count="%d"/>`, id, element, length/size)
	}
	return b.String()
}

// union is a type, with its fields each given as NAME:TYPE.
func union(id, fields string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<union id="%s">`, id)
	for _, f := range strings.Fields(fields) {
		name, typ, _ := strings.Cut(f, ":")
		fmt.Fprintf(&b, `<field name="%s" type="%s"/>`, name, typ)
	}
	return b.String() + "</union>"
}
