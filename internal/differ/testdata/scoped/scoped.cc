enum class Shade { deep, Light }; struct Light { int watts = 60; }; struct deep { long d = 3; };
int main() { Light l; deep d; Shade s = Shade::Light; return l.watts + (int)s + (int)d.d == 0; }
