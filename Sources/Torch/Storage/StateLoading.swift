extension [StateEntry] {
    /// Copies the values of a file's tensors to the entries; either all or none.
    ///
    /// - Parameter path: The file's path, for the message.
    /// - Throws: ``TorchError`` for the first tensor that is missing, unexpected or of another
    ///   shape; nothing is changed then.
    public func load(_ tensors: [String: Tensor], path: String) throws(TorchError) {
        try requireShapes(tensors.mapValues(\.shape), path: path)
        for entry in self {
            if let source = tensors[entry.name] { entry.tensor.assign(source) }
        }
    }

    /// Reads the entries' values from a file, one after another. Only a file that cannot be read any more leaves some
    /// of them changed.
    ///
    /// - Parameter others: Shapes of further tensors that the file must have, by name.
    /// - Throws: ``TorchError`` for the first tensor that is missing, unexpected or of another
    ///   shape, before anything is changed; ``TorchError/file(path:reason:)``.
    public func load(
        _ file: SafetensorsFile, besides others: [String: [Int]] = [:]
    ) throws(TorchError) {
        var found: [String: [Int]] = [:]
        for (name, shape) in file.tensors { found[name] = shape }
        for (name, shape) in others.sorted(by: { $0.key < $1.key }) {
            try Self.require(shape, found.removeValue(forKey: name), name, file.path)
        }
        try requireShapes(found, path: file.path)
        for entry in self { entry.tensor.assign(try file.tensor(entry.name)) }
    }

    private func requireShapes(_ shapes: [String: [Int]], path: String) throws(TorchError) {
        for entry in self {
            try Self.require(entry.tensor.shape, shapes[entry.name], entry.name, path)
        }
        let known = Set(map(\.name))
        if let extra = shapes.keys.filter({ !known.contains($0) }).sorted().first {
            throw .unexpectedTensor(name: extra, path: path)
        }
    }

    private static func require(
        _ expected: [Int], _ found: [Int]?, _ name: String, _ path: String
    ) throws(TorchError) {
        guard let found else { throw .missingTensor(name: name, path: path) }
        guard found == expected else {
            throw .shapeMismatch(name: name, expected: expected, found: found, path: path)
        }
    }
}
