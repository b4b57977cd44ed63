// Runs in VS Code's extension host, and drives VS Code's own debugger by its commands. The test serves
// this file, starts the adapter for every session, and gets the report.
const vscode = require("vscode")

let at // the test's address
const ask = (path, body) => fetch(at + path, body === undefined ? undefined : { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) })

// Adapter is an adapter behind the test's bridge.
class Adapter {
	constructor(id) {
		this.id = id
		this.sent = new vscode.EventEmitter()
		this.onDidSendMessage = this.sent.event
		this.queue = Promise.resolve()
		this.read()
	}
	async read() {
		const stream = (await ask(`/adapter/${this.id}`)).body.pipeThrough(new TextDecoderStream()).getReader()
		for (let text = ""; ;) {
			const { value, done } = await stream.read()
			if (done) return
			const lines = (text + value).split("\n")
			text = lines.pop()
			for (const line of lines) this.sent.fire(JSON.parse(line))
		}
	}
	handleMessage(m) {
		this.queue = this.queue.then(() => ask(`/adapter/${this.id}`, m))
	}
	dispose() {
		this.queue.then(() => fetch(`${at}/adapter/${this.id}`, { method: "DELETE" }))
	}
}

// Seen is what VS Code and one adapter have said to each other.
class Seen {
	constructor() {
		this.messages = []
		this.waiting = []
		this.next = 0 // the first message that nobody has waited for
	}
	add(from, m) {
		this.messages.push({ from, ...m })
		for (const wake of this.waiting.splice(0)) wake()
	}
	// until waits for a message, and passes over what came before it.
	async until(what, is) {
		for (; ;) {
			while (this.next < this.messages.length) {
				const m = this.messages[this.next++]
				if (is(m)) return m
				if (m.event === "terminated") throw new Error(`the session ended without ${what}`)
			}
			await new Promise((wake) => this.waiting.push(wake))
		}
	}
	event(name) {
		return this.until(name, (m) => m.event === name).then((m) => m.body)
	}
	answer(command) {
		return this.until(`an answer to ${command}`, (m) => m.type === "response" && m.command === command)
	}
	// stopped waits for a stop, and until VS Code shows a frame of it.
	async stopped(reason) {
		const at = await this.event("stopped")
		if (reason) equal(at.reason, reason, JSON.stringify(at))
		const from = this.next
		for (; ; await soon(10)) {
			const frames = this.messages.slice(from).filter((m) => m.type === "response" && m.command === "stackTrace" && m.success).flatMap((m) => m.body.stackFrames)
			const item = vscode.debug.activeStackItem
			this.frame = frames.find((f) => item && f.id === item.frameId)
			if (this.frame) return
		}
	}
	output(category) {
		return this.messages.filter((m) => m.event === "output" && m.body.category === category).map((m) => m.body.output).join("")
	}
}

function equal(got, want, what) {
	if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${JSON.stringify(got)}, want ${JSON.stringify(want)}: ${what}`)
}

const command = (name, ...args) => vscode.commands.executeCommand(name, ...args)
const debug = (name) => command(`workbench.action.debug.${name}`)
const scheme = "sources" // VS Code for browsers has no files of its own
const sources = `${scheme}:/testdata` // as VS Code writes such an address
const point = (name, line, ...more) => new vscode.SourceBreakpoint(new vscode.Location(vscode.Uri.parse(`${sources}/${name}`), new vscode.Position(line - 1, 0)), true, ...more)
let seen, testdata // of the last session; the folder of the sources

// start starts a session with the breakpoints.
async function start(configuration, breakpoints = []) {
	vscode.debug.removeBreakpoints(vscode.debug.breakpoints)
	vscode.debug.addBreakpoints(breakpoints)
	seen = undefined
	if (!await vscode.debug.startDebugging(undefined, { type: "rseqstep", request: "launch", name: "try", substitutePath: [{ from: sources, to: testdata }], ...configuration })) throw new Error("VS Code did not start the session")
}

const soon = (ms) => new Promise((done) => setTimeout(done, ms))

// say types a line into the debug console, again if something else had the keyboard, and returns the answer.
async function say(text) {
	const asked = () => seen.messages.findLast((m) => m.from === "editor" && m.command === "evaluate" && m.arguments.expression === text)
	const before = asked()
	while (asked() === before) {
		await command("workbench.panel.repl.view.focus")
		await command("editor.action.selectAll")
		await command("type", { text })
		await command("repl.action.acceptInput")
		for (let n = 0; n < 40 && asked() === before; n++) await soon(50)
	}
	const { seq } = asked()
	return async () => (await seen.until(`an answer to ${text}`, (m) => m.type === "response" && m.request_seq === seq)).body.result
}

const sessions = {
	// Breakpoints with number of hits and a log point on the line of a section, which four threads run.
	async sections(plan) {
		await start({ program: plan.percpu, args: ["4", "300", "30"] }, [new vscode.FunctionBreakpoint("stepped")])
		await seen.stopped("function breakpoint")
		vscode.debug.removeBreakpoints(vscode.debug.breakpoints)
		await seen.answer("setFunctionBreakpoints")
		vscode.debug.addBreakpoints([point("percpu.c", plan.line.update, undefined, ">= 20"), point("percpu.c", plan.line.pop, undefined, "== 7", "popped")])
		await seen.answer("setBreakpoints")
		await debug("continue")
		await seen.stopped("breakpoint")
		equal(seen.frame.line, plan.line.update, "the line of the stop")
		for (const how of ["stepOver", "stepInto", "stepOut"]) {
			await debug(how)
			await seen.stopped()
		}
		vscode.debug.removeBreakpoints(vscode.debug.breakpoints)
		await seen.answer("setBreakpoints")
		await debug("continue")
		equal((await seen.event("exited")).exitCode, 0, seen.output("stdout"))
		equal(seen.output("stdout").includes("popped\n"), true, "the log point")
	},

	// What the console resumes can be paused, a breakpoint set meanwhile is hit, and a restart begins anew.
	async running(plan) {
		await start({ program: plan.loop, args: ["1000000000000"], stopOnEntry: true })
		await seen.stopped("entry")
		await say("continue")
		await seen.event("continued")
		await debug("pause")
		await seen.stopped("pause")
		await debug("continue")
		vscode.debug.addBreakpoints([point("loop.c", plan.line.loop)])
		await seen.stopped("breakpoint")
		vscode.debug.removeBreakpoints(vscode.debug.breakpoints)
		await seen.answer("setBreakpoints")
		await debug("restart")
		await seen.stopped("entry")
		await debug("stop")
		await seen.event("terminated")
	},

	// VS Code asks which function to step into.
	async targets(plan) {
		await start({ program: plan.skips }, [point("skips.cc", plan.line.skips)])
		await seen.stopped("breakpoint")
		debug("stepIntoTarget") // which asks, until a target is chosen
		const { body } = await seen.answer("stepInTargets")
		const asked = () => seen.messages.find((m) => m.from === "editor" && m.command === "stepIn")
		while (!asked()) await command("workbench.action.acceptSelectedQuickOpenItem")
		await seen.stopped("step")
		const target = body.targets.find((t) => t.id === asked().arguments.targetId)
		equal(seen.frame.name, target.label, "the function")
		await debug("stop")
		await seen.event("terminated")
	},

	// An attached process is attached to again by a restart, and goes on after the end.
	async attach(plan) {
		await start({ request: "attach", processId: plan.process, stopOnEntry: true })
		await seen.stopped("entry")
		await debug("restart")
		await seen.stopped("entry")
		await debug("disconnect")
		await seen.event("terminated")
	},

	async run(plan) {
		await start({ program: plan.exit7, noDebug: true }, [point("seed.c", 1)])
		equal((await seen.event("exited")).exitCode, 7, "")
	},

	// The console, the variables and the disassembly; instruction steps pass the section.
	async views(plan) {
		await start({ program: plan.seed }, [point("seed.c", plan.line.seed)])
		await seen.stopped("breakpoint")
		await command("workbench.debug.action.focusVariablesView")
		const { body } = await seen.answer("variables")
		equal(body.variables.some((v) => v.name === "attempts"), true, JSON.stringify(body.variables))
		for (const [text, want] of [["print attempts", "$1 = 0"], ["attempts + 40,h", "0x28"], ["attempts = 0", "0"]]) {
			equal(await (await say(text))(), want, text)
		}
		vscode.debug.addBreakpoints([point("include/rseqfix.h", plan.line.addv)])
		await seen.answer("setBreakpoints")
		await debug("continue")
		await seen.stopped("breakpoint")
		await command("debug.action.openDisassemblyView")
		const code = (await seen.answer("disassemble")).body.instructions
		equal(code.some((i) => i.instruction.includes("# rseq: in ")), true, "a section in the disassembly")
		vscode.debug.removeBreakpoints(vscode.debug.breakpoints)
		await seen.answer("setBreakpoints")
		for (let n = 0; !seen.output("console").includes("committed"); n++) {
			if (n === 200) throw new Error("200 steps and no section")
			await debug("stepInto")
			await seen.stopped("step")
			const asked = seen.messages.filter((m) => m.command === "stepIn" && m.type === "request").pop()
			equal(asked.arguments.granularity, "instruction", "a step in the disassembly")
		}
		await debug("continue")
		equal((await seen.event("exited")).exitCode, 0, "")
		equal(seen.output("stdout"), "attempts 1\n", "")
	},
}

const never = () => { throw vscode.FileSystemError.NoPermissions() }

// files gives VS Code the sources.
const files = {
	readDirectory: never, createDirectory: never, writeFile: never, delete: never, rename: never,
	onDidChangeFile: new vscode.EventEmitter().event,
	watch: () => new vscode.Disposable(() => {}),
	stat: async (uri) => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: (await files.readFile(uri)).length }),
	readFile: async (uri) => {
		const r = await ask(uri.path)
		if (!r.ok) throw vscode.FileSystemError.FileNotFound(uri)
		return new Uint8Array(await r.arrayBuffer())
	},
}

exports.activate = async (context) => {
	at = `${context.extensionUri.scheme}://${context.extensionUri.authority}`
	const report = { version: vscode.version, passed: [], failed: [] }
	await drive(report).catch((e) => report.failed.push(e.stack))
	await ask("/report", report)
}

async function drive(report) {
	const plan = await (await ask("/plan")).json()
	testdata = plan.testdata
	vscode.workspace.registerFileSystemProvider(scheme, files, { isReadonly: true })
	vscode.debug.registerDebugAdapterDescriptorFactory("rseqstep", {
		createDebugAdapterDescriptor: async () => new vscode.DebugAdapterInlineImplementation(new Adapter(await (await ask("/adapter", {})).text())),
	})
	vscode.debug.registerDebugAdapterTrackerFactory("rseqstep", {
		createDebugAdapterTracker: () => {
			const s = (seen = new Seen())
			return { onWillReceiveMessage: (m) => s.add("editor", m), onDidSendMessage: (m) => s.add("adapter", m) }
		},
	})
	for (const [name, session] of Object.entries(sessions)) {
		const began = Date.now()
		const ended = new Promise((done) => vscode.debug.onDidTerminateDebugSession(done))
		const late = new Promise((_, fail) => setTimeout(() => fail(new Error("nothing came")), plan.patience))
		try {
			await Promise.race([session(plan), late])
			await Promise.race([ended, late])
			report.passed.push(`${name} ${Date.now() - began} ms`)
		} catch (e) {
			report.failed.push(`${name}: ${e.stack}\n${seen ? seen.messages.slice(-30).map((m) => JSON.stringify(m).slice(0, 300)).join("\n") : ""}`)
			await vscode.debug.stopDebugging()
		}
	}
}
