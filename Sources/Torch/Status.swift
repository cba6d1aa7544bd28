import CTorch

/// Takes the status's message, freeing it.
private func takeMessage(_ status: ct_status) -> String {
    let text = unsafe status.message.map { unsafe String(cString: $0) } ?? ""
    ct_status_free(status)
    return text.split(separator: "\n").first.map(String.init) ?? "no message"
}

/// Throws what a status reports: for everything that a user's file, flag or machine can cause.
func requireSuccess(_ status: ct_status, _ operation: String) throws(TorchError) {
    switch status.kind {
    case CT_OK: return
    case CT_OUT_OF_MEMORY:
        throw .outOfMemory(operation: operation, message: takeMessage(status))
    default: throw .libTorch(operation: operation, message: takeMessage(status))
    }
}

/// Stops the program on a status that only a mistake in the program can cause.
func expectSuccess(_ status: ct_status, _ operation: StaticString) {
    guard status.kind != CT_OK else { return }
    fatalError("\(operation): \(takeMessage(status))")
}
