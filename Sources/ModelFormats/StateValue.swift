/// A value of a pickle. Others are named by index among all values, so that neither depth nor
/// circles matter.
enum StateValue {
    case none
    case boolean(Bool)
    case integer(Int)
    case text(String)
    case tuple([Int])
    case list([Int])
    case dictionary([(key: Int, value: Int)])
    /// A function or class by its full name, which is never called.
    case global(String)
    /// Numbers that are elsewhere in the file.
    case storage(StoragePart)
    case tensor(StoredTensor.Layout)
    /// A module of TorchScript by its class, with its attributes' names and values.
    case module(String, [(key: Int, value: Int)])
    /// Something whose content is not needed, such as a training program's settings.
    case other(String)

    /// Numbers that it holds in memory of its own.
    var count: Int {
        switch self {
        case .tuple(let parts), .list(let parts): parts.count
        case .dictionary(let entries), .module(_, let entries): 2 * entries.count
        case .tensor(let layout): 2 * layout.shape.count
        default: 0
        }
    }

    /// Its name in a message.
    var kind: String {
        switch self {
        case .none: "nothing"
        case .boolean: "a bool"
        case .integer: "a number"
        case .text: "a text"
        case .tuple: "a tuple"
        case .list: "a list"
        case .dictionary: "a dictionary"
        case .global(let name): "'\(name.prefix(80))'"
        case .storage: "a storage"
        case .tensor: "a single tensor"
        case .module(let name, _), .other(let name): "an object of '\(name.prefix(80))'"
        }
    }
}

/// A storage, or a part of one, as older files share them.
struct StoragePart {
    /// Name among the storages.
    var key: String
    /// The type of its elements, as PyTorch's storage classes are called: `FloatStorage`.
    var type: String
    /// Elements before the part begins.
    var start = 0
}
