// The sessions with the adapter: sessions.js PLAN, where PLAN is a JSON object of the test.
const assert = require("assert")
const { spawn } = require("child_process")
const fs = require("fs")
const path = require("path")
const { Client, refused } = require("./client.js")

const plan = JSON.parse(process.argv[2])
const source = (name) => ({ path: path.join(plan.testdata, name) })
const line = (name, text) => {
	const parts = fs.readFileSync(source(name).path, "utf8").split(text)
	assert(parts.length > 1, `${name} has no ${text}`)
	return parts[0].split("\n").length
}
const client = () => new Client(plan)
const breaks = (c, name, ...breakpoints) => c.setBreakpointsRequest({ source: source(name), breakpoints }).then((r) => r.body.breakpoints)
const alive = (pid) => { try { process.kill(pid, 0); return true } catch { return false } }
const base64 = (bytes) => Buffer.from(bytes).toString("base64")
const number = (n) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255]

const tested = new Set() // requests that an adapter has answered
let capabilities

const sessions = {
	// Every round of four threads commits, with breakpoints inside a section and on its line, by number of hits too.
	async sections() {
		const c = client()
		const at = line("percpu.c", "ret = rseq_addv")
		await c.stop_(() => c.begin({ program: plan.percpu, args: ["4", "300", "30"] }, {
			before: async () => {
				const [b] = (await c.setFunctionBreakpointsRequest({ breakpoints: [{ name: "stepped" }] })).body.breakpoints
				assert(b.verified, JSON.stringify(b))
			},
		}), "function breakpoint")
		const threads = (await c.threadsRequest()).body.threads
		assert(threads.length >= 2 && threads.some((t) => t.id === c.at), JSON.stringify(threads))
		await c.setFunctionBreakpointsRequest({ breakpoints: [] })
		assert((await breaks(c, "percpu.c", { line: at, hitCondition: ">= 20" }))[0].verified)
		await c.stop_(() => c.resume(), "breakpoint")
		await breaks(c, "percpu.c")
		const [frame] = await c.frames()
		assert.equal(frame.line, at)
		const code = (await c.disassembleRequest({ memoryReference: frame.instructionPointerReference, instructionOffset: -10, instructionCount: 60, resolveSymbols: true })).body.instructions
		const inside = code.filter((i) => i.instruction.includes("# rseq: in "))[1].address
		const [b] = (await c.customRequest("setInstructionBreakpoints", { breakpoints: [{ instructionReference: inside, hitCondition: "% 5" }] })).body.breakpoints
		assert(b.verified && b.message.includes("inside a restartable sequence"), JSON.stringify(b))
		for (let n = 0; n < 3; n++) {
			assert.deepEqual((await c.stop_(() => c.resume(), "instruction breakpoint")).hitBreakpointIds, [b.id])
			assert.equal((await c.frames())[0].instructionPointerReference, inside)
		}
		await c.customRequest("setInstructionBreakpoints", { breakpoints: [] })
		assert.equal(await c.end(() => c.resume()), 0, c.out.stdout)
		return c
	},

	// next, stepIn and instruction steps pass the seed loop.
	async steps() {
		for (const how of ["next", "stepIn", "instruction"]) {
			const c = client()
			await c.stop_(() => c.begin({ program: plan.seed }, { before: () => breaks(c, "seed.c", { line: line("seed.c", "do {") }) }), "breakpoint")
			await breaks(c, "seed.c")
			const before = (await c.frames())[0]
			const passed = async () => how === "instruction" ? (c.out.console || "").includes("committed") : (await c.frames())[0].line !== before.line
			for (let n = 0; !(await passed()); n++) {
				assert(n < 200, `${how}: 200 steps, and still there`)
				const step = how === "instruction" ? c.stepInRequest({ threadId: c.at, granularity: "instruction" }) : c[how + "Request"]({ threadId: c.at })
				await c.stop_(() => step, "step")
			}
			assert.equal(before.source.path, source("seed.c").path)
			assert.equal(await c.end(() => c.resume()), 0)
			assert.equal(c.out.stdout, "attempts 1\n")
			await c.leave()
		}
	},

	async breakpoints() {
		const c = client()
		const at = line("loop.c", "sum += i")
		await c.stop_(() => c.begin({ program: plan.loop, args: ["100"] }, {
			before: async () => {
				const lines = (await c.customRequest("breakpointLocations", { source: source("loop.c"), line: at - 1, endLine: at })).body.breakpoints
				assert.deepEqual(lines.map((l) => l.line), [at - 1, at])
				const list = await breaks(c, "loop.c", { line: at, condition: "i == 7" }, { line: at, condition: "i ==" }, { line: at, logMessage: "i is {i}", hitCondition: "== 3" }, { line: 1000 })
				assert.deepEqual(list.map((b) => b.verified), [true, false, true, false], JSON.stringify(list))
				assert(list[1].message && list[3].message, JSON.stringify(list))
			},
		}), "breakpoint")
		assert.equal((await c.value("i", "hover")).result, "7")
		assert.equal(c.out.stdout, "i is 2\n")
		await breaks(c, "loop.c")
		assert.equal(await c.end(() => c.resume()), 0)
		return c
	},

	async data() {
		const c = client()
		await c.stop_(() => c.begin({ program: plan.watch, stopOnEntry: true }), "entry")
		const info = (await c.dataBreakpointInfoRequest({ name: "watched" })).body
		assert(info.dataId && info.accessTypes.includes("write"), JSON.stringify(info))
		assert.equal((await c.dataBreakpointInfoRequest({ name: "nothing" })).body.dataId, null)
		const [b] = (await c.setDataBreakpointsRequest({ breakpoints: [{ dataId: info.dataId, accessType: "write" }] })).body.breakpoints
		assert(b.verified, JSON.stringify(b))
		for (const [now, was] of [[1, 0], [2, 1], [3, 2]]) {
			const at = await c.stop_(() => c.resume(), "data breakpoint")
			assert(at.text.includes(`is ${now}, was ${was}`), at.text)
			assert.deepEqual(at.hitBreakpointIds, [b.id])
		}
		const reference = (await c.value("watched")).memoryReference
		const read = async () => (await c.customRequest("readMemory", { memoryReference: reference, count: 4 })).body
		assert.equal((await read()).data, base64(number(3)))
		assert.equal((await c.customRequest("writeMemory", { memoryReference: reference, data: base64(number(70000)) })).body.bytesWritten, 4)
		assert.equal((await read()).data, base64(number(70000)))
		const none = (await c.customRequest("readMemory", { memoryReference: "0x10", count: 8 }).catch((e) => ({ body: { unreadableBytes: e.message } }))).body
		assert(none.unreadableBytes, JSON.stringify(none))
		await c.setDataBreakpointsRequest({ breakpoints: [] })
		await c.end(() => c.resume())
		return c
	},

	async values() {
		const c = client()
		await c.stop_(() => c.begin({ program: plan.vars }, { before: () => c.setFunctionBreakpointsRequest({ breakpoints: [{ name: "marker" }] }) }), "function breakpoint")
		const frame = (await c.frames())[1]
		const look = (expression, context, more) => c.evaluateRequest({ expression, context, frameId: frame.id, ...more }).then((r) => r.body)
		const scopes = (await c.scopesRequest({ frameId: frame.id })).body.scopes
		const locals = (await c.variablesRequest({ variablesReference: scopes[0].variablesReference })).body.variables
		const local = (name) => locals.find((v) => v.name === name)
		assert.equal(local("c").value, "65 'A'")
		for (const context of ["watch", "hover", "repl", "clipboard", "variables"]) assert.equal((await look("array[2]", context)).result, "3", context)
		for (const [text, want] of [["uc,h", "0xc8"], ["uc, o", "0310"], ["uc,t", "11001000"], ["argument,x", "0x4"], ["argument,b", "{low = 5, mid = -3, high = 11259375, yes = true}"]]) {
			for (const context of ["watch", "repl"]) assert.equal((await look(text, context)).result, want, text)
		}
		assert.equal((await look("argument", "watch", { format: { hex: true } })).result, "0x4")
		assert.equal((await look("print argument", "repl")).result, "$1 = 4")
		assert((await look("info rseq", "repl")).result.length > 0)
		assert.match(await refused(look("run", "repl")), /editor/)
		assert.match(await refused(look("nothing_of_this_name", "watch")), /nothing_of_this_name/)
		const set = await c.setVariableRequest({ variablesReference: local("p").variablesReference, name: "x", value: "argument * 10" })
		assert.equal(set.body.value, "40")
		assert.equal((await look("p", "watch")).result, "{x = 40, y = -20}")
		assert.equal((await c.customRequest("setExpression", { expression: "p.y", value: "p.x + 1", frameId: frame.id })).body.value, "41")
		await refused(c.setVariableRequest({ variablesReference: local("p").variablesReference, name: "z", value: "1" }))
		const array = await look("array", "watch")
		assert.equal(array.indexedVariables, 5)
		const page = async (start, count) => (await c.variablesRequest({ variablesReference: array.variablesReference, filter: "indexed", start, count })).body.variables.map((v) => v.value)
		assert.deepEqual([await page(0, 2), await page(2, 2), await page(4, 2), await page()], [["1", "2"], ["3", "4"], ["5"], ["1", "2", "3", "4", "5"]])
		const complete = async (text) => (await c.completionsRequest({ text, column: text.length + 1, frameId: frame.id })).body.targets.map((t) => t.label)
		for (const [text, want] of [["info thr", "threads"], ["by_val", "by_value"], ["p.", "p.x"], ["contin", "continue"]]) assert((await complete(text)).includes(want), `${text}: ${await complete(text)}`)
		assert(!(await complete("info thr")).includes("thrd_create"), "a function for the word after a command")
		const modules = (await c.customRequest("modules")).body
		assert.equal(modules.modules.length, modules.totalModules)
		assert(modules.modules.some((m) => m.path === fs.realpathSync(plan.vars) && m.symbolStatus === "Symbols loaded"))
		const sources = (await c.customRequest("loadedSources")).body.sources
		assert(sources.some((s) => s.path === source("vars.c").path), JSON.stringify(sources))
		await c.setFunctionBreakpointsRequest({ breakpoints: [] })
		await c.end(() => c.resume())
		assert.match(await refused(c.variablesRequest({ variablesReference: array.variablesReference })), /no program|earlier/)
		return c
	},

	async exceptions() {
		const c = client()
		const list = []
		await c.stop_(() => c.begin({ program: plan.throws }, {
			before: async () => {
				assert.deepEqual(c.capabilities.exceptionBreakpointFilters.map((f) => f.filter), ["throw", "catch", "rethrow"])
				assert.match(await refused(c.setExceptionBreakpointsRequest({ filters: ["panic"] })), /panic/)
				const r = await c.setExceptionBreakpointsRequest({ filters: ["catch", "rethrow"], filterOptions: [{ filterId: "throw", condition: "runtime_error" }] })
				assert(r.body.breakpoints.every((b) => b.verified) && r.body.breakpoints.length === 3, JSON.stringify(r.body))
			},
		}), "exception")
		for (let n = 0; n < 4; n++) {
			const info = (await c.exceptionInfoRequest({ threadId: c.at })).body
			list.push(info.exceptionId)
			if (n < 3) await c.stop_(() => c.resume(), "exception")
		}
		assert.deepEqual(list, ["exception thrown", "exception caught", "exception caught", "exception rethrown"])
		await c.setExceptionBreakpointsRequest({ filters: [] })
		assert.equal(await c.end(() => c.resume()), 0)
		return c
	},

	async targets() {
		const c = client()
		await c.stop_(() => c.begin({ program: plan.skips }, { before: () => breaks(c, "skips.cc", { line: line("skips.cc", "int r = work(noise(2)") }) }), "breakpoint")
		const list = (await c.stepInTargetsRequest({ frameId: (await c.frames())[0].id })).body.targets
		await c.stop_(() => c.stepInRequest({ threadId: c.at, targetId: list.find((t) => t.label === "work").id }), "step")
		assert.equal((await c.frames())[0].name, "work")
		await c.stop_(() => c.stepOutRequest({ threadId: c.at }), "step")
		assert.match(c.out.console, /Value returned is .*6/)
		assert.equal((await c.frames())[0].name, "main")
		await c.end(() => c.resume())
		return c
	},

	// A signal that kills is an exception, and then the exit code.
	async crash() {
		const c = client()
		await c.stop_(() => c.begin({ program: plan.crash }), "exception")
		assert.equal((await c.exceptionInfoRequest({ threadId: c.at })).body.exceptionId, "SIGSEGV")
		assert.equal(await c.end(() => c.resume()), 128 + 11)
		return c
	},

	// A restart uses the new configuration, whole.
	async restart() {
		const c = client()
		await c.stop_(() => c.begin({ program: plan.echo, args: ["one", "two"], env: { RSEQSTEP_TRY: "1" }, stopOnEntry: true }), "entry")
		const argc = async () => (await c.value("argc")).result
		const variable = async () => (await c.value("show environment RSEQSTEP_TRY", "repl")).result
		assert.deepEqual([await argc(), await variable()], ["3", "RSEQSTEP_TRY = 1"])
		await c.stop_(() => c.restartRequest({}), "entry")
		assert.deepEqual([await argc(), await variable()], ["3", "RSEQSTEP_TRY = 1"])
		await c.stop_(() => c.restartRequest({ arguments: { program: plan.echo, stopOnEntry: true } }), "entry")
		assert.equal(await argc(), "1")
		assert.match(await variable(), /not defined/)
		assert.match(await refused(c.restartRequest({ arguments: { program: plan.echo, stopOnEntyr: true } })), /stopOnEntry/)
		assert.equal(await c.end(() => c.resume()), 0)
		assert.equal(c.out.stdout, "lines 0\n")
		return c
	},

	// The console resumes: the client is told, and can pause.
	async pause() {
		const c = client()
		const at = line("loop.c", "sum += i")
		await c.stop_(() => c.begin({ program: plan.loop, args: ["1000000000000"], stopOnEntry: true }), "entry")
		const [frame] = await c.frames()
		const said = Promise.all([c.waitForEvent("continued"), c.evaluateRequest({ expression: "print 1", context: "repl", frameId: frame.id })])
		const typed = c.evaluateRequest({ expression: "continue", context: "repl", frameId: frame.id })
		const [on] = await said
		assert(on.body.allThreadsContinued, JSON.stringify(on.body))
		assert.match(await refused(c.evaluateRequest({ expression: "1", context: "watch" })), /running/)
		await breaks(c, "loop.c", { line: at, condition: "i == 1" }) // while it runs, which it does afterwards too
		await c.stop_(() => c.pauseRequest({ threadId: c.at }), "pause")
		await typed
		await breaks(c, "loop.c")
		await c.resume()
		await c.stop_(() => c.pauseRequest({ threadId: c.at }), "pause")
		await Promise.all([c.waitForEvent("terminated"), c.terminateRequest({})])
		return c
	},

	// An attached process goes on after a restart and after the end of the session; a launched one is killed.
	async attach() {
		const program = spawn(plan.percpu, ["4", "1000000000", "0"], { stdio: "ignore" })
		const runs = () => { try { return fs.readlinkSync(`/proc/${program.pid}/exe`) === fs.realpathSync(plan.percpu) && fs.readdirSync(`/proc/${program.pid}/task`).length === 4 } catch { return false } }
		while (!runs()) await new Promise((done) => setTimeout(done, 10))
		const c = client()
		await c.stop_(() => c.begin({ processId: String(program.pid), stopOnEntry: true }, { request: "attach" }), "entry")
		assert.equal((await c.threadsRequest()).body.threads.length, 4) // the last one has nothing to do
		await c.stop_(() => c.restartRequest({}), "entry")
		await c.resume()
		await c.stop_(() => c.pauseRequest({ threadId: c.at }), "pause")
		await c.leave({ terminateDebuggee: false })
		assert(alive(program.pid), "the attached process was killed")
		const again = client()
		await again.begin({ processId: program.pid }, { request: "attach" })
		await again.leave({ terminateDebuggee: true })
		await new Promise((done) => (program.exitCode === null && program.signalCode === null ? program.on("exit", done) : done()))

		const l = client()
		let pid
		l.on("process", (e) => { pid = e.body.systemProcessId })
		await l.begin({ program: plan.loop, args: ["1000000000000"] })
		await l.leave()
		assert(!alive(pid), "the launched process was left behind")
		return null
	},

	async vanishing() {
		const c = client()
		let pid
		c.on("process", (e) => { pid = e.body.systemProcessId })
		await c.begin({ program: plan.loop, args: ["1000000000000"] })
		const ended = new Promise((done) => c._adapterProcess.on("exit", done))
		c._adapterProcess.stdin.destroy()
		assert.equal(await ended, 0)
		assert(!alive(pid), "the program was left behind")
		return null
	},

	// By a port; the adapter serves one session and ends.
	async port() {
		const adapter = spawn(plan.adapter, ["dap", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] })
		const ended = new Promise((done) => adapter.on("exit", done))
		const [, port] = /listening at: 127\.0\.0\.1:(\d+)/.exec(await new Promise((done) => adapter.stdout.once("data", (text) => done(String(text)))))
		const c = client()
		const start = c.start
		c.start = () => start.call(c, Number(port))
		assert.equal(await c.end(() => c.begin({ program: plan.exit7 })), 7)
		await c.disconnectRequest()
		assert.deepEqual([await ended, c.faults], [0, []])
		return null
	},

	async refusals() {
		const c = client()
		await c.start()
		capabilities = (await c.initializeRequest()).body
		for (const [key, near] of [["stopOnEntyr", "stopOnEntry"], ["arg", "args"], ["stdinfrom", "stdinFrom"], ["nothingLikeIt", ""]]) {
			const text = await refused(c.launchRequest({ program: plan.loop, [key]: true }))
			assert(text.includes(key) && (near === "" || text.includes(near)), text)
		}
		for (const command of ["stepBack", "reverseContinue", "restartFrame", "goto", "gotoTargets", "terminateThreads", "cancel", "source", "nosuch"]) await refused(c.customRequest(command, { threadId: 1 }))
		assert.match(await refused(c.launchRequest({ program: "/nonexistent" })), /nonexistent/)
		return c
	},

	// The terminal is the client's; one that has none refuses, and the launch with it.
	async terminal() {
		const c = client()
		await c.start()
		await c.initializeRequest({ adapterID: "rseqstep", linesStartAt1: true, columnsStartAt1: true, pathFormat: "path", supportsRunInTerminalRequest: true })
		assert.match(await refused(c.launchRequest({ program: plan.echo, console: "integratedTerminal" })), /no terminal here/)
		c.terminal = (m) => {
			assert.equal(m.arguments.kind, "integrated")
			const [word, ...args] = m.arguments.args
			spawn("script", ["-qec", [word, ...args].map((x) => `'${x.replaceAll("'", `'\\''`)}'`).join(" "), plan.typescript], { cwd: m.arguments.cwd, stdio: ["ignore", "ignore", "inherit"] })
			return { body: {} }
		}
		await Promise.all([c.waitForEvent("initialized"), c.launchRequest({ program: plan.exit7, console: "integratedTerminal" })])
		assert.equal(await c.end(() => c.configurationDoneRequest()), 7)
		return c
	},

	// Numbering from 0: of requests, as nvim-dap's are, of lines and of columns.
	async zero() {
		const c = client()
		c.sequence = 0
		const at = line("loop.c", "sum += i") - 1
		await c.stop_(() => c.begin({ program: plan.loop, args: ["3"] }, { can: { linesStartAt1: false, columnsStartAt1: false }, before: () => breaks(c, "loop.c", { line: at }) }), "breakpoint")
		const [frame] = await c.frames()
		assert.deepEqual([frame.line, frame.column], [at, 0])
		return c
	},
}

// honest compares what was answered with what is advertised.
function honest() {
	const of = {
		supportsConfigurationDoneRequest: "configurationDone", supportsFunctionBreakpoints: "setFunctionBreakpoints", supportsConditionalBreakpoints: "setBreakpoints",
		supportsHitConditionalBreakpoints: "setBreakpoints", supportsEvaluateForHovers: "evaluate", supportsSetVariable: "setVariable", supportsSetExpression: "setExpression",
		supportsRestartRequest: "restart", supportsValueFormattingOptions: "evaluate", supportsExceptionInfoRequest: "exceptionInfo", supportTerminateDebuggee: "disconnect",
		supportsDelayedStackTraceLoading: "stackTrace", supportsLogPoints: "setBreakpoints", supportsTerminateRequest: "terminate", supportsDataBreakpoints: "setDataBreakpoints",
		supportsReadMemoryRequest: "readMemory", supportsWriteMemoryRequest: "writeMemory", supportsDisassembleRequest: "disassemble", supportsClipboardContext: "evaluate",
		supportsSteppingGranularity: "stepIn", supportsInstructionBreakpoints: "setInstructionBreakpoints", supportsCompletionsRequest: "completions",
		supportsStepInTargetsRequest: "stepInTargets", supportsBreakpointLocationsRequest: "breakpointLocations", supportsModulesRequest: "modules",
		supportsLoadedSourcesRequest: "loadedSources", supportsExceptionFilterOptions: "setExceptionBreakpoints",
	}
	for (const [name, value] of Object.entries(capabilities)) {
		if (value === true) assert(tested.has(of[name]), `${name} is advertised, and ${of[name]} was not answered`)
	}
	const basic = ["initialize", "launch", "attach", "disconnect", "setBreakpoints", "setExceptionBreakpoints", "dataBreakpointInfo", "continue", "next", "stepIn", "stepOut", "pause", "stackTrace", "scopes", "variables", "threads", "evaluate"]
	const advertised = new Set(Object.entries(of).filter(([name]) => capabilities[name]).map(([, request]) => request))
	for (const request of tested) assert(basic.includes(request) || advertised.has(request), `${request} is answered, and not advertised`)
}

async function main() {
	const only = process.argv.slice(3)
	let failed = 0
	for (const [name, session] of Object.entries(sessions)) {
		if (only.length && !only.includes(name)) continue
		const began = Date.now()
		clients.length = 0
		try {
			const c = await session()
			if (c) await c.leave()
			console.log(`ok ${name} ${Date.now() - began} ms`)
		} catch (e) {
			failed++
			console.log(`FAIL ${name}: ${e.stack}\n${clients.map((c) => c.log.slice(-25).join("\n")).join("\n--\n")}`)
			for (const c of clients) c.stopAdapter()
		}
		for (const c of clients) for (const r of c.requested) tested.add(r)
	}
	if (!failed && !only.length) {
		honest()
		console.log("all sessions done")
	}
	process.exit(failed ? 1 : 0)
}

const clients = []
Client.made = (c) => clients.push(c)
main()
