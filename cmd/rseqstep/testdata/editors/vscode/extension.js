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

// Session is what VS Code and an adapter have said to each other.
class Seen {
	constructor() {
		this.messages = []
		this.waiting = []
		this.next = 0
	}
	add(from, m) {
		this.messages.push({ from, ...m })
		for (const wake of this.waiting.splice(0)) wake()
	}
	// until waits for an event, and passes over what came before it.
	async until(event) {
		for (; ;) {
			while (this.next < this.messages.length) {
				const m = this.messages[this.next++]
				if (m.from === "adapter" && m.type === "event" && m.event === event) return m.body
				if (m.from === "adapter" && m.event === "terminated") throw new Error(`the session ended without ${event}`)
			}
			await new Promise((wake) => this.waiting.push(wake))
		}
	}
	output(category) {
		return this.messages.filter((m) => m.event === "output" && m.body.category === category).map((m) => m.body.output).join("")
	}
}

exports.activate = async (context) => {
	at = `${context.extensionUri.scheme}://${context.extensionUri.authority}`
	const report = { rows: [], version: vscode.version }
	try {
		await drive(await (await ask("/plan")).json(), report)
	} catch (e) {
		report.error = String(e.stack || e)
	}
	await ask("/report", report)
}

async function drive(plan, report) {
	report.log = []
	vscode.debug.registerDebugAdapterDescriptorFactory("rseqstep", {
		createDebugAdapterDescriptor: async () => new vscode.DebugAdapterInlineImplementation(new Adapter(await (await ask("/adapter", {})).text())),
	})
	let seen
	vscode.debug.registerDebugAdapterTrackerFactory("rseqstep", {
		createDebugAdapterTracker: () => {
			const s = (seen = new Seen())
			return {
				onWillReceiveMessage: (m) => { s.add("editor", m); report.log.push("-> " + JSON.stringify(m).slice(0, 400)) },
				onDidSendMessage: (m) => { s.add("adapter", m); report.log.push("<- " + JSON.stringify(m).slice(0, 400)) },
			}
		},
	})
	report.started = await vscode.debug.startDebugging(undefined, { type: "rseqstep", request: "launch", name: "try", program: plan.seed, stopOnEntry: true })
	report.rows.push(["entry", await seen.until("stopped")])
	await vscode.commands.executeCommand("workbench.action.debug.stepOver")
	report.rows.push(["step", await seen.until("stopped")])
	await vscode.commands.executeCommand("workbench.action.debug.stop")
}
