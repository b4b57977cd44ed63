package expr

// exception is $_exception: the exception that is thrown or caught.
func (c *Context) exception() (Value, error) {
	if c.Exception == nil {
		return Value{}, errNoFrame
	}
	at, class, err := c.Exception()
	if err != nil {
		return Value{}, err
	}
	t, ok := c.namedType(class)
	if !ok {
		return Value{}, noSymbol(class)
	}
	return memoryValue(c.complete(t), at), nil
}
