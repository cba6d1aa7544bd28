import Spelling

/// A value of a pickle. It refers to others by their index among all values, so that deep nesting
/// and cycles do no harm.
enum StateValue {
    case none
    case boolean(Bool)
    case integer(Int)
    case text(String)
    case tuple([Int])
    case list([Int])
    case dictionary([(key: Int, value: Int)])
    /// A function or class by its full name; it is never called.
    case global(String)
    /// Numbers stored elsewhere in the file.
    case storage(StoragePart)
    case tensor(StoredTensor.Layout)
    /// A TorchScript module: its class, and the names and values of its attributes.
    case module(String, [(key: Int, value: Int)])
    /// Something whose content is not needed, such as a training program's settings.
    case other(String)

    /// Number of integers in its own memory.
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
        case .global(let name): "\(quoted: name)"
        case .storage: "a storage"
        case .tensor: "a single tensor"
        case .module(let name, _), .other(let name): "an object of \(quoted: name)"
        }
    }
}

/// A storage, or a view of one in older files.
struct StoragePart {
    /// Name among the storages.
    var key: String
    /// The name of PyTorch's storage class, e.g. `FloatStorage`.
    var type: String
    /// Offset of the view, in elements.
    var start = 0
}
