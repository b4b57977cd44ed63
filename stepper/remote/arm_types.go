package remote

import (
	"fmt"
	"strings"
)

// vectorTypes is the type of v0 to v31, aarch64v, with the types that it consists of.
func vectorTypes() string {
	return vectors16("v2d:ieee_double:2 v2u:uint64:2 v2i:int64:2 v4f:ieee_single:4 v4u:uint32:4 v4i:int32:4 v8f:ieee_half:8 "+
		"v8u:uint16:8 v8i:int16:8 v8bf16:bfloat16:8 v16u:uint8:16 v16i:int8:16 v1u:uint128:1 v1i:int128:1", 1) +
		union("vnd", "f:v2d u:v2u s:v2i") + union("vns", "f:v4f u:v4u s:v4i") + union("vnh", "bf:v8bf16 f:v8f u:v8u s:v8i") +
		union("vnb", "u:v16u s:v16i") + union("vnq", "u:v1u s:v1i") +
		union("aarch64v", "d:vnd s:vns h:vnh b:vnb q:vnq")
}

// sveTypes are the types of z0 to z31, svev, and of p0 to p15, svep. length is that of a vector, bytes.
func sveTypes(length int) string {
	return vectors16("svevqu:uint128:1 svevqs:int128:1 svevdf:ieee_double:2 svevdu:uint64:2 svevds:int64:2 svevsf:ieee_single:4 "+
		"svevsu:uint32:4 svevss:int32:4 svevhf:ieee_half:8 svevhu:uint16:8 svevhs:int16:8 svevbu:uint8:16 svevbs:int8:16", length/vectorSize) +
		union("svevnq", "u:svevqu s:svevqs") + union("svevnd", "f:svevdf u:svevdu s:svevds") + union("svevns", "f:svevsf u:svevsu s:svevss") +
		union("svevnh", "f:svevhf u:svevhu s:svevhs") + union("svevnb", "u:svevbu s:svevbs") +
		union("svev", "q:svevnq d:svevnd s:svevns h:svevnh b:svevnb") +
		fmt.Sprintf(`<vector id="svep" type="uint8" count="%d"/>`, length/8)
}

// vectors16 are types of vectors, each given as NAME:ELEMENT:COUNT, the count in times times 16 bytes.
func vectors16(list string, times int) string {
	var b strings.Builder
	for _, v := range strings.Fields(list) {
		f := strings.Split(v, ":")
		count, _ := number(f[2])
		fmt.Fprintf(&b, `<vector id="%s" type="%s" count="%d"/>`, f[0], f[1], int(count)*times)
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
