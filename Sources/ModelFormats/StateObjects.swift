import Spelling

/// The results of functions and classes that are named in a state dict.
enum StateObjects {
    typealias Damage = (String) -> ModelFormatsError

    /// The result of a function or class if it creates dictionaries or tensors; otherwise a value
    /// without content.
    static func result(
        of function: Int, _ arguments: Int, _ values: [StateValue], _ damaged: Damage
    ) throws(ModelFormatsError) -> StateValue {
        guard case .global(let name) = values[function] else { return .other("something unknown") }
        guard case .tuple(let parts) = values[arguments] else {
            throw damaged("\(quoted: name) has no arguments")
        }
        switch name {
        case "collections.OrderedDict", "builtins.dict", "__builtin__.dict",
            "collections.defaultdict":
            return .dictionary(pairs(parts, values))
        case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor":
            return .tensor(try layout(parts, values, damaged))
        case "torch._utils._rebuild_tensor_v3":
            var layout = try layout(parts, values, damaged)
            if parts.count > 6, case .global(let type) = values[parts[6]] {
                layout.storage.type = storageType(of: type)
            }
            return .tensor(layout)
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
            guard let first = parts.first else { throw damaged("a parameter has no tensor") }
            return values[first]
        case "torch.Size":
            return parts.first.map { values[$0] } ?? .tuple([])
        default:
            // TorchScript classes; their code is in other files of the archive and is not read.
            return name.hasPrefix("__torch__.") ? .module(name, []) : .other(name)
        }
    }

    /// A storage from PyTorch's persistent identifier.
    static func storage(
        _ identifier: Int, _ values: [StateValue], _ damaged: Damage
    ) throws(ModelFormatsError) -> StateValue {
        guard case .tuple(let parts) = values[identifier], parts.count >= 5,
            case .text("storage") = values[parts[0]], case .text(let key) = values[parts[2]]
        else { return .other("something outside of the pickle") }
        guard case .global(let type) = values[parts[1]] else {
            throw damaged("storage \(quoted: key) has no type")
        }
        var part = StoragePart(key: key, type: String(type.split(separator: ".").last ?? ""))
        // Before PyTorch 0.4 a storage could be a view of another one, with its own key.
        if parts.count > 5, case .tuple(let view) = values[parts[5]], view.count == 3 {
            guard case .integer(let start) = values[view[1]], start >= 0 else {
                throw damaged("storage \(quoted: key) begins nowhere")
            }
            part.start = start
        }
        return .storage(part)
    }

    private static func layout(
        _ parts: [Int], _ values: [StateValue], _ damaged: Damage
    ) throws(ModelFormatsError) -> StoredTensor.Layout {
        guard parts.count >= 4, case .storage(let storage) = values[parts[0]],
            case .integer(let offset) = values[parts[1]],
            let shape = integers(values[parts[2]], values),
            let strides = integers(values[parts[3]], values),
            shape.count == strides.count, offset >= 0,
            (shape + strides).allSatisfy({ $0 >= 0 })
        else { throw damaged("a tensor has no storage, offset, shape and strides") }
        return StoredTensor.Layout(
            storage: storage, offset: offset, shape: shape, strides: strides)
    }

    /// The keys and values of an ordered dictionary that Python 2 wrote as a list of pairs.
    private static func pairs(_ parts: [Int], _ values: [StateValue]) -> [(key: Int, value: Int)] {
        guard let first = parts.first, case .list(let items) = values[first] else { return [] }
        return items.compactMap { item in
            switch values[item] {
            case .list(let pair), .tuple(let pair):
                pair.count == 2 ? (pair[0], pair[1]) : nil
            default: nil
            }
        }
    }

    private static func integers(_ value: StateValue, _ values: [StateValue]) -> [Int]? {
        guard case .tuple(let parts) = value else { return nil }
        let numbers = parts.compactMap { index -> Int? in
            guard case .integer(let number) = values[index] else { return nil }
            return number
        }
        return numbers.count == parts.count ? numbers : nil
    }

    /// `FloatStorage` for `torch.float32`.
    private static func storageType(of type: String) -> String {
        let name = String(type.dropFirst("torch.".count))
        return StoredTensor.Element.allCases.first { $0.typeNames.contains(name) }?.storageName
            ?? type
    }
}
