extension [StateEntry] {
    /// Copies the values of a file's tensors to the entries; either all or none.
    ///
    /// - Parameter path: The file's path, for the message.
    /// - Throws: ``TorchError`` for the first tensor that is missing, unexpected or of another
    ///   shape; nothing is changed then.
    public func load(_ tensors: [String: Tensor], path: String) throws(TorchError) {
        for entry in self {
            guard let found = tensors[entry.name] else {
                throw .missingTensor(name: entry.name, path: path)
            }
            guard found.shape == entry.tensor.shape else {
                throw .shapeMismatch(
                    name: entry.name, expected: entry.tensor.shape, found: found.shape,
                    path: path)
            }
        }
        let known = Set(map(\.name))
        if let extra = tensors.keys.filter({ !known.contains($0) }).sorted().first {
            throw .unexpectedTensor(name: extra, path: path)
        }
        for entry in self {
            if let source = tensors[entry.name] { entry.tensor.assign(source) }
        }
    }
}
