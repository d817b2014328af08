import FakeGitLab
import Glibc

let usage = """
  usage: fake-gitlab --tree DIR [--port N] [--port2 N] [--latency-ms N] [--faults FILE] [--direct]
                     [--tls DIR [--certificate KIND] [--plain-storage]] [--public-url URL]

  Serves DIR (projects.json, PROJECT/releases.json, PROJECT/TAG/ASSET) as GitLab would, on 127.0.0.1, until it is stopped.
  Prints its address on the first line, that of its object storage on the second. Ports are free ones unless given.
    --latency-ms N  wait so long before each answer
    --faults FILE   faults from the start, as JSON (the form POST /_fake/faults takes)
    --direct        package files come without a redirect to the object storage
    --tls DIR       speak TLS; the authority to trust is DIR/authority.pem, made anew
    --certificate KIND  good (the default), \(Certificates.Kind.allCases.dropFirst().map(\.rawValue).joined(separator: ", "))
    --plain-storage the object storage speaks plain HTTP though GitLab speaks TLS
    --public-url URL  links lead there: to a proxy in front of this server
  GET /_fake/stats?log=N shows what was asked; POST /_fake/reset forgets it; POST and DELETE /_fake/faults add and clear faults.

  A fault is {"do": WHAT, …} with "path" (a pattern with *), "origin" (api, storage), "skip" and "times" as wanted. WHAT and its own fields:
    status (status, retry_after, content_type, body)  delay (ms)  cut (after; framing: length, close, chunked; by: close, reset, stall)
    reset  silence  slow (bytes_per_second)  length (value)  framing (framing, chunk)  endless (what: headers, header, body)
    redirect (to, with {api} {storage} {target}; status)  hops (count)  flip (at)  headers (headers)  html  raw (text)
    reupload (file)  appear, disappear (tag, after_page)  totals (value)  next_page (value)
    ties  rate (limit, seconds)

  """

func fail(_ message: String, code: CInt = 2) -> Never {
  write(message + "\n", to: STDERR_FILENO)
  exit(code)
}

func write(_ text: String, to descriptor: CInt) {
  var text = text
  // Safety: the pointer is used inside the closure only.
  _ = text.withUTF8 { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
}

var options = FakeGitLab.Options(tree: "")
var faultsPath: String?
var tlsPath: String?
var certificate = Certificates.Kind.good
var arguments = CommandLine.arguments.dropFirst()
while let option = arguments.popFirst() {
  if option == "--help" {
    write(usage, to: STDOUT_FILENO)
    exit(0)
  }
  if option == "--plain-storage" {
    options.storageIsPlain = true
    continue
  }
  if option == "--direct" {
    options.sendsDirectly = true
    continue
  }
  guard let value = arguments.popFirst() else { fail("fake-gitlab: \(option) needs a value\n\n" + usage) }
  switch (option, Int(value)) {
  case ("--tree", _): options.tree = value
  case ("--faults", _): faultsPath = value
  case ("--tls", _): tlsPath = value
  case ("--public-url", _): options.publicURL = value
  case ("--certificate", _):
    guard let kind = Certificates.Kind(rawValue: value) else { fail("fake-gitlab: \(value) is no kind of certificate") }
    certificate = kind
  case ("--port", let number?): options.port = number
  case ("--port2", let number?): options.storagePort = number
  case ("--latency-ms", let number?): options.latencyMilliseconds = number
  default: fail("fake-gitlab: \(option) \(value) is no option\n\n" + usage)
  }
}
guard !options.tree.isEmpty else { fail(usage) }

do {
  if let faultsPath { options.faults = try Fault.read(faultsPath) }
  if let tlsPath { options.tls = try Certificates(directory: tlsPath).make(certificate) }
  let server = try FakeGitLab(options)
  write("\(server.url)\n\(server.storageURL)\n", to: STDOUT_FILENO)
  // The server's own threads do the work; a signal ends the process.
  while true { pause() }
} catch {
  fail("fake-gitlab: \(error)", code: 1)
}
