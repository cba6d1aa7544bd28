public import Foundation
import Spelling

/// Named tensors saved by PyTorch: `torch.save(model.state_dict(), path)`, or a checkpoint that
/// contains such a dictionary.
///
/// The current ZIP container and the older one of several pickles can be read, and parameters and
/// buffers in TorchScript files, by their modules' attributes. A pickle is a program for Python; here
/// it only creates data (see `StatePickle`), and no function that it names is called.
public struct StateDict {
    /// A dictionary of tensors in a file.
    public struct Part {
        /// The path of keys to the dictionary, joined by dots, e.g. `state_dict`; empty for the top
        /// level.
        public let path: String
        /// The tensors in the file's order.
        public let tensors: [StoredTensor]
    }

    /// Path of the file, for messages.
    public let path: String
    /// The dictionaries that contain tensors, the largest first.
    public let parts: [Part]

    /// Reads a file.
    ///
    /// - Throws: ``ModelFormatsError`` if it cannot be read, is damaged, or has no named tensors.
    public init(_ url: URL) throws(ModelFormatsError) {
        try self.init(WeightBytes.of(url), path: url.path)
    }

    /// Reads the bytes of a file.
    ///
    /// - Parameter path: The file's path, for messages.
    /// - Throws: As ``init(_:)``.
    public init(_ bytes: [UInt8], path: String) throws(ModelFormatsError) {
        self.path = path
        let isArchive = bytes.starts(with: [0x50, 0x4B, 3, 4])
        let content =
            isArchive
            ? try Container.archive(bytes, path) : try Container.pickles(bytes, path)
        parts = Self.parts(of: content)
        guard !parts.isEmpty else {
            throw .noStateDict(path: path, found: content.values[content.root].kind)
        }
    }

    /// The deepest nesting of dictionaries that is searched.
    private static let maxDepth = 6

    /// Finds dictionaries of tensors.
    private static func parts(of content: Container) -> [Part] {
        var parts: [Part] = []
        var seen: Set<Int> = []
        var open = [(index: content.root, path: [String]())]
        while let (index, path) = open.popLast() {
            guard seen.insert(index).inserted, path.count <= maxDepth else { continue }
            if case .module = content.values[index] {
                let tensors = ModuleTensors.tensors(of: index, content.values, content.file)
                if !tensors.isEmpty {
                    parts.append(Part(path: path.joined(separator: "."), tensors: tensors))
                }
            }
            guard case .dictionary(let entries) = content.values[index] else { continue }
            var tensors: [StoredTensor] = []
            for (key, value) in entries {
                guard case .text(let name) = content.values[key] else { continue }
                if case .tensor(let layout) = content.values[value] {
                    tensors.append(StoredTensor(name: name, layout: layout, file: content.file))
                } else {
                    open.append((value, path + [name]))
                }
            }
            if !tensors.isEmpty {
                parts.append(Part(path: path.joined(separator: "."), tensors: tensors))
            }
        }
        return parts.sorted { ($1.tensors.count, $0.path) < ($0.tensors.count, $1.path) }
    }
}

/// A file's pickle and storages.
private struct Container {
    let values: [StateValue]
    let root: Int
    let file: TensorFile

    /// Reads the ZIP archive of PyTorch 1.6 and later: `data.pkl`, `byteorder` and `data/KEY` in
    /// one folder.
    static func archive(_ bytes: [UInt8], _ path: String) throws(ModelFormatsError) -> Container {
        let archive = try ZipArchive(bytes, path: path)
        let pickles = archive.names.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
        guard pickles.count == 1, let name = pickles.first else {
            throw .noStateDict(path: path, found: "a ZIP archive without one data.pkl")
        }
        let folder = name.dropLast("data.pkl".count)
        let packed = archive.packed.sorted().first {
            $0 == name || $0.hasPrefix("\(folder)data/")
        }
        if let packed {
            throw .damaged(
                path: path, offset: 0,
                reason:
                    "\(quoted: packed) is compressed or encrypted, which torch.save does not do"
            )
        }
        let range = archive.files[name] ?? 0..<0
        var pickle = StatePickle(StateCursor(bytes[range], path: path))
        let root = try pickle.run()
        var storages: [String: Range<Int>] = [:]
        for (name, range) in archive.files where name.hasPrefix("\(folder)data/") {
            storages[String(name.dropFirst(folder.count + "data/".count))] = range
        }
        let order = archive.files["\(folder)byteorder"].map {
            String(decoding: bytes[$0], as: UTF8.self)
        }
        return Container(
            values: pickle.values, root: root,
            file: TensorFile(
                path: path, bytes: bytes, storages: storages, isBigEndian: order == "big"))
    }

    /// The pickle of the magic number with which older files begin.
    private static let magic: [UInt8] = [
        0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]

    /// Reads the container of versions before PyTorch 1.6: pickles of a magic number, a version,
    /// system information, the object and the storages' keys, then the length and elements of each
    /// storage, always little-endian.
    static func pickles(_ bytes: [UInt8], _ path: String) throws(ModelFormatsError) -> Container {
        guard bytes.starts(with: magic) else {
            throw .noStateDict(path: path, found: "no file of PyTorch")
        }
        var cursor = StateCursor(bytes[magic.count...], path: path)
        func next() throws(ModelFormatsError) -> (values: [StateValue], root: Int) {
            var pickle = StatePickle(StateCursor(bytes[cursor.offset...], path: path))
            let root = try pickle.run()
            cursor = pickle.cursor
            return (pickle.values, root)
        }
        _ = try next()
        _ = try next()
        let object = try next()
        let keys = try next()
        guard case .list(let indices) = keys.values[keys.root] else {
            throw cursor.damaged("the storages have no keys")
        }
        var types: [String: String] = [:]
        for case .storage(let part) in object.values { types[part.key] = part.type }
        var storages: [String: Range<Int>] = [:]
        for index in indices {
            guard case .text(let key) = keys.values[index], let type = types[key] else {
                throw cursor.damaged("a storage has no key")
            }
            let count = try cursor.length(8)
            let size = elementSizes[type] ?? 1
            let (length, overflow) = count.multipliedReportingOverflow(by: size)
            let content = try cursor.take(overflow ? Int.max : length)
            storages[key] = content.startIndex..<content.endIndex
        }
        return Container(
            values: object.values, root: object.root,
            file: TensorFile(path: path, bytes: bytes, storages: storages, isBigEndian: false))
    }

    /// Size of an element of each storage type in bytes; storages of unsupported types are skipped.
    private static let elementSizes: [String: Int] = {
        var sizes = ["IntStorage": 4, "ShortStorage": 2, "CharStorage": 1]
        for element in StoredTensor.Element.allCases { sizes[element.storageName] = element.size }
        return sizes
    }()
}
