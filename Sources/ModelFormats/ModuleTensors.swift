/// Finds the parameters and buffers of TorchScript modules; their attribute paths are the names in a state
/// dict.
enum ModuleTensors {
    /// The deepest nesting of modules that is searched.
    private static let maxDepth = 32
    /// The most attributes that are visited: modules that share others could have exponentially
    /// many.
    private static let maxAttributes = 1 << 18

    static func tensors(
        of root: Int, _ values: [StateValue], _ file: TensorFile
    ) -> [StoredTensor] {
        var tensors: [StoredTensor] = []
        var open = [(module: root, prefix: "", depth: 0)]
        var visited = 0
        while let (module, prefix, depth) = open.popLast() {
            guard case .module(_, let attributes) = values[module] else { continue }
            var inner: [(module: Int, prefix: String, depth: Int)] = []
            for (key, value) in attributes where visited < maxAttributes {
                visited += 1
                guard case .text(let name) = values[key] else { continue }
                switch values[value] {
                case .tensor(let layout):
                    tensors.append(StoredTensor(name: prefix + name, layout: layout, file: file))
                case .module where depth < maxDepth:
                    inner.append((value, "\(prefix)\(name).", depth + 1))
                default: break
                }
            }
            // Reversed, so that they are visited in the order of the attributes.
            open += inner.reversed()
        }
        return tensors
    }
}
