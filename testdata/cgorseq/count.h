/* What main.go calls. */
void attach(void);
long total(void);
int count_c(void);
int count_asm(void);
