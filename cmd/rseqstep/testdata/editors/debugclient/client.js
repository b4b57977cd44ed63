// A client of Microsoft's own for tests of debug adapters, which also checks what the protocol says
// about the order of messages.
const assert = require("assert")
const { DebugClient } = require("@vscode/debugadapter-testsupport/lib/main")

const events = ["initialized", "stopped", "continued", "exited", "terminated", "thread", "output", "breakpoint", "module", "loadedSource", "process",
	"capabilities", "progressStart", "progressUpdate", "progressEnd", "invalidated", "memory"]
const resuming = ["continue", "next", "stepIn", "stepOut", "restart", "configurationDone"]

class Client extends DebugClient {
	constructor(plan, args = "dap") {
		super(plan.adapter, args, "rseqstep", undefined, true)
		Object.assign(this, { defaultTimeout: plan.patience, plan, log: [], out: {}, pending: new Map(), seq: 0, running: false, faults: [], requested: new Set() })
		Client.made(this)
		this.on("output", (e) => { this.out[e.body.category] = (this.out[e.body.category] || "") + e.body.output })
	}
	fault(text) {
		this.faults.push(text)
	}
	send(command, args) {
		const n = this.sequence
		this.pending.set(n, command)
		this.log.push(`-> ${command} ${JSON.stringify(args)}`)
		if (command === "initialize") this.can = args || {}
		return super.send(command, args).then((r) => {
			this.requested.add(command)
			return r
		})
	}
	dispatch(text) {
		this.log.push(`<- ${text.slice(0, 300)}`)
		const m = JSON.parse(text)
		if (m.seq <= this.seq) this.fault(`number ${m.seq} after ${this.seq}`)
		this.seq = m.seq
		switch (m.type) {
		case "request":
			return this.asked(m)
		case "response":
			if (this.pending.get(m.request_seq) !== m.command) this.fault(`an answer to ${m.command}, which was not asked: ${text}`)
			this.pending.delete(m.request_seq)
			if (m.success && resuming.includes(m.command)) this.running = true
			if (!m.success && !m.message) this.fault(`refused without a reason: ${text}`)
			break
		case "event":
			this.event(m)
			break
		default:
			this.fault(`a message of no known type: ${text}`)
		}
		super.dispatch(text)
	}
	event(m) {
		if (!events.includes(m.event)) this.fault(`an unknown event: ${m.event}`)
		if (m.event === "invalidated" && !this.can.supportsInvalidatedEvent) this.fault("invalidated, which this client does not know")
		if (m.event === "stopped") {
			if (!this.running) this.fault(`stopped without having run: ${JSON.stringify(m.body)}`)
			if (!m.body.threadId || !m.body.allThreadsStopped) this.fault(`a stop of no thread: ${JSON.stringify(m.body)}`)
			this.running = false
		}
		if (m.event === "continued") {
			if (this.running) this.fault("continued while it ran")
			this.running = true
		}
	}
	// asked answers a request of the adapter's.
	asked(m) {
		const answer = this.terminal ? this.terminal(m) : { success: false, message: "no terminal here" }
		const text = JSON.stringify({ type: "response", seq: 0, request_seq: m.seq, success: true, command: m.command, ...answer })
		this.outputStream.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
	}
	// begin starts a session; before is what is done before the program runs.
	async begin(configuration, { before = () => {}, can = {}, request = "launch" } = {}) {
		await this.start()
		const r = await this.initializeRequest({ adapterID: "rseqstep", linesStartAt1: true, columnsStartAt1: true, pathFormat: "path", ...can })
		this.capabilities = r.body
		const ready = this.waitForEvent("initialized")
		await Promise.all([ready, this.send(request, configuration)])
		await before()
		await this.configurationDoneRequest()
	}
	// stop does something and returns the stop that follows.
	async stop_(doing, reason) {
		const [event] = await Promise.all([this.waitForEvent("stopped"), doing()])
		if (reason) assert.equal(event.body.reason, reason, JSON.stringify(event.body))
		this.at = event.body.threadId
		return event.body
	}
	frames() {
		return this.stackTraceRequest({ threadId: this.at }).then((r) => r.body.stackFrames)
	}
	async value(expression, context = "watch", more = {}) {
		const [frame] = await this.frames()
		return (await this.evaluateRequest({ expression, context, frameId: frame.id, ...more })).body
	}
	async resume() {
		await this.continueRequest({ threadId: this.at })
	}
	// end does something and returns the program's exit code.
	async end(doing) {
		const [exited] = await Promise.all([this.waitForEvent("exited"), this.waitForEvent("terminated"), doing()])
		return exited.body.exitCode
	}
	// leave disconnects. The adapter must end by itself.
	async leave(args) {
		const ended = new Promise((done) => this._adapterProcess.on("exit", (code, signal) => done([code, signal])))
		await this.disconnectRequest(args)
		assert.deepEqual(await ended, [0, null], "the adapter's end")
		assert.deepEqual([...this.pending.values()], [], "requests without an answer")
		assert.deepEqual(this.faults, [])
	}
}

// refused returns why a request is refused.
async function refused(promise) {
	const r = await promise.then((r) => r, (e) => e)
	assert(r instanceof Error, `answered: ${JSON.stringify(r.body)}`)
	return r.message
}

module.exports = { Client, refused }
