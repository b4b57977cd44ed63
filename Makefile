# Names for the scripts, for who has make. Each does its own set-up.
.PHONY: demo check lint bench setup clean

demo check lint bench setup:
	@scripts/$@

clean:
	rm -rf bin .cache/fixtures .cache/go .cache/bench
