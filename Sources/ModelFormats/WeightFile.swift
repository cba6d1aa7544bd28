public import Torch

/// Tensors by name, whatever kind of file they are from, in the dictionaries that the file has.
public struct WeightFile {
    /// A tensor, which is read when it is requested.
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
        /// - Throws: ``ModelFormatsError`` when its elements are not in the file or of a type that is
        ///   not read.
        public func tensor() throws(ModelFormatsError) -> Tensor { try read() }
    }

    /// A dictionary of tensors.
    public struct Part {
        /// The keys that lead to it, as ``StateDict/Part/path``.
        public let path: String
        /// The part's tensors, in the file's order.
        public let tensors: [Entry]
    }

    /// The file's path, for messages.
    public let path: String
    /// Each dictionary that has tensors.
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

    /// The arrays of a file of MXNet's, under their own names, and under those of PyTorch where they are
    /// of insightface's residual networks.
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

    /// Tensors that were found by other means than a name in the file.
    init(path: String, part: String, tensors: [Entry]) {
        self.path = path
        parts = [Part(path: part, tensors: tensors)]
    }

    /// A file without tensors by name.
    public init(withoutNames path: String) {
        self.path = path
        parts = []
    }

    /// The tensors of a safetensors file, of whichever program.
    public init(_ content: Safetensors.Content, path: String) {
        self.path = path
        let tensors = content.tensors.sorted { $0.key < $1.key }.map { name, tensor in
            Entry(name, tensor.shape) { () throws(ModelFormatsError) in tensor }
        }
        parts = tensors.isEmpty ? [] : [Part(path: "", tensors: tensors)]
    }
}
