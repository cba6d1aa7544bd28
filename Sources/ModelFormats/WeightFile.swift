public import Torch

/// Named tensors of a file of any format, in the file's dictionaries.
public struct WeightFile {
    /// A tensor, read on demand.
    public struct Entry {
        /// Its name in its dictionary.
        public let name: String
        /// Length of each dimension.
        public let shape: [Int]
        private let read: () throws(ModelFormatsError) -> Tensor

        init(
            _ name: String, _ shape: [Int], read: @escaping () throws(ModelFormatsError) -> Tensor
        ) {
            self.name = name
            self.shape = shape
            self.read = read
        }

        /// The tensor on the CPU.
        ///
        /// - Throws: ``ModelFormatsError`` if its elements are missing from the file or of an
        ///   unsupported type.
        public func tensor() throws(ModelFormatsError) -> Tensor { try read() }
    }

    /// A dictionary of tensors.
    public struct Part {
        /// The path of keys to the dictionary, as in ``StateDict/Part/path``.
        public let path: String
        /// The part's tensors, in the file's order.
        public let tensors: [Entry]
    }

    /// The file's path, for messages.
    public let path: String
    /// The dictionaries that contain tensors.
    public let parts: [Part]

    /// The tensors of a PyTorch file.
    public init(_ file: StateDict) {
        path = file.path
        parts = file.parts.map { part in
            Part(
                path: part.path,
                tensors: part.tensors.map { stored in
                    Entry(stored.name, stored.shape) { () throws(ModelFormatsError) in
                        try stored.tensor()
                    }
                })
        }
    }

    /// The arrays of an MXNet file under their own names, and, if they belong to insightface's residual
    /// networks, under the names of PyTorch.
    public init(_ file: MXNetParameters) {
        path = file.path
        let own = file.tensors.map { stored in
            Entry(stored.name, stored.shape) { () throws(ModelFormatsError) in try stored.tensor() }
        }
        let others = own.filter { !MXNetNames.isOfClasses($0.name) }.map { entry in
            guard let translation = MXNetNames.translation(of: entry.name) else { return entry }
            return Entry(translation.name, entry.shape) { () throws(ModelFormatsError) in
                let tensor = try entry.tensor()
                return translation.addition == 0 ? tensor : tensor + translation.addition
            }
        }
        parts =
            own.isEmpty
            ? []
            : [
                Part(path: "", tensors: own),
                Part(path: "insightface's names for MXNet", tensors: others),
            ]
    }

    /// Tensors that were matched without names in the file.
    init(path: String, part: String, tensors: [Entry]) {
        self.path = path
        parts = [Part(path: part, tensors: tensors)]
    }

    /// A file without named tensors.
    public init(withoutNames path: String) {
        self.path = path
        parts = []
    }

    /// The tensors of a safetensors file of any program.
    public init(_ content: Safetensors.Content, path: String) {
        self.path = path
        let tensors = content.tensors.sorted { $0.key < $1.key }.map { name, tensor in
            Entry(name, tensor.shape) { () throws(ModelFormatsError) in tensor }
        }
        parts = tensors.isEmpty ? [] : [Part(path: "", tensors: tensors)]
    }
}
