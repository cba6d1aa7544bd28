/// The parameters and buffers of TorchScript's modules, by the attributes that lead to them, which are the
/// names of a state dict.
enum ModuleTensors {
    /// Modules within each other are not looked into beyond this.
    private static let deepest = 32
    /// More attributes than this are not looked at: modules that share others could have any number.
    private static let most = 1 << 18

    static func tensors(
        of root: Int, _ values: [StateValue], _ file: TensorFile
    ) -> [StoredTensor] {
        var tensors: [StoredTensor] = []
        var open = [(module: root, prefix: "", depth: 0)]
        var looked = 0
        while let (module, prefix, depth) = open.popLast() {
            guard case .module(_, let attributes) = values[module] else { continue }
            var inner: [(module: Int, prefix: String, depth: Int)] = []
            for (key, value) in attributes where looked < most {
                looked += 1
                guard case .text(let name) = values[key] else { continue }
                switch values[value] {
                case .tensor(let layout):
                    tensors.append(StoredTensor(name: prefix + name, layout: layout, file: file))
                case .module where depth < deepest:
                    inner.append((value, "\(prefix)\(name).", depth + 1))
                default: break
                }
            }
            // In the order of the attributes.
            open += inner.reversed()
        }
        return tensors
    }
}
