import Foundation
import OpenVINO
import SafeFiles
import ZipFiles

/// The kind of a file given as a model, by its content: names are often wrong, and files of many kinds
/// share the same extension.
enum ModelFileKind: Equatable {
    /// An array of NumPy's.
    case array
    /// A network of dlib's.
    case dlib
    /// A file that cannot be read: its kind, and what to do instead.
    case foreign(what: String, advice: String)
    /// MXNet weights.
    case mxnet
    /// A network in ONNX.
    case onnx
    /// A network in OpenVINO's own format.
    case openVINO
    /// A safetensors file, possibly truncated.
    case safetensors
    /// A network in TorchScript.
    case script
    /// A state dict of PyTorch.
    case stateDict

    /// Inspects a file.
    init(_ url: URL) {
        guard !PlainFile.isSpecial(url) else {
            self = .foreign(
                what: "a pipe, a socket or a device",
                advice: "save its content as a file and give that")
            return
        }
        guard let file = try? FileHandle(forReadingFrom: url) else {
            self = .safetensors
            return
        }
        defer { try? file.close() }
        let start = [UInt8](((try? file.read(upToCount: 1024)) ?? nil) ?? Data())
        if start.starts(with: ZipEntry.localMark) {
            self = Self.archive(ZipDirectory(file)?.names)
        } else if start.starts(with: Array("\u{93}NUMPY".unicodeScalars).map { UInt8($0.value) }) {
            self = .array
        } else {
            self = Self.plain(start, ending: url.pathExtension.lowercased())
        }
    }

    // MARK: What to do instead

    private static let asScript =
        "export the network to TorchScript in PyTorch with torch.jit.trace(model.eval(), torch.zeros(1, 3, 112, "
        + "112)).save(\"model.pt\"), or give its embeddings as .npy"
    private static let again = "download or copy it again"

    private static func network(_ what: String) -> ModelFileKind {
        .foreign(what: what, advice: asScript)
    }

    private static func weights(_ what: String) -> ModelFileKind {
        .foreign(
            what: what,
            advice: "create the network in PyTorch, load them into it, and \(asScript)")
    }

    // MARK: Archives

    private static func archive(_ names: [String]?) -> ModelFileKind {
        guard let names else {
            return .foreign(
                what: "a truncated ZIP archive, as written by PyTorch and NumPy",
                advice: "\(again)")
        }
        if names.contains(where: { $0.hasSuffix("/constants.pkl") || $0.contains("/code/") }) {
            return .script
        }
        if names.contains(where: { $0.hasSuffix("data.pkl") }) {
            return .stateDict
        }
        if names.contains(where: { $0.hasSuffix(".npy") }) {
            return .foreign(
                what: "a NumPy archive of several arrays (.npz)",
                advice: "save only the array of embeddings, with numpy.save(\"embeddings.npy\", "
                    + "array)")
        }
        if names.contains(where: { $0.hasSuffix(".weights.h5") }) {
            return network("a Keras model")
        }
        return .foreign(what: "a ZIP archive", advice: "unpack it and give the model inside")
    }

    // MARK: Other files

    private struct Mark {
        /// Bytes at an offset.
        let bytes: [UInt8]
        var index = 0
        let kind: ModelFileKind

        init(_ bytes: [UInt8], at index: Int = 0, _ kind: ModelFileKind) {
            self.bytes = bytes
            self.index = index
            self.kind = kind
        }

        init(_ text: String, at index: Int = 0, _ kind: ModelFileKind) {
            self.init(Array(text.utf8), at: index, kind)
        }

        func isOf(_ start: [UInt8]) -> Bool {
            start.count >= index + bytes.count && start[index...].starts(with: bytes)
        }
    }

    private static let unpacked = "unpack it, and give the model inside of it"
    private static let picture = ModelFileKind.foreign(
        what: "an image", advice: "give a model first, and images with --test")

    private static let marks = [
        // torch.save before PyTorch 1.6 wrote a pickle that begins with a magic number.
        Mark(
            [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19],
            .stateDict),
        Mark([0x89, 0x48, 0x44, 0x46], weights("an HDF5 file, as Keras writes its weights")),
        Mark([0x12, 0x01, 0, 0, 0, 0, 0, 0], .mxnet),
        // dlib writes the version of a network's loss, and its name after its length.
        Mark("loss_", at: 4, .dlib),
        Mark("TFL3", at: 4, network("a TensorFlow Lite network")),
        Mark("GGUF", network("a GGUF file of weights")),
        Mark("7767517", network("an ncnn network")),
        Mark(
            "version https://git-lfs",
            .foreign(
                what: "a Git LFS pointer instead of the file",
                advice: "fetch the file with git lfs pull")),
        Mark([0x1F, 0x8B], .foreign(what: "a gzip archive", advice: unpacked)),
        Mark([0xFD, 0x37, 0x7A, 0x58, 0x5A], .foreign(what: "an xz archive", advice: unpacked)),
        Mark([0x37, 0x7A, 0xBC, 0xAF], .foreign(what: "a 7z archive", advice: unpacked)),
        Mark([0x28, 0xB5, 0x2F, 0xFD], .foreign(what: "a zstd archive", advice: unpacked)),
        Mark("Rar!", .foreign(what: "a RAR archive", advice: unpacked)),
        Mark("BZh", .foreign(what: "a bzip2 archive", advice: unpacked)),
        Mark("ustar", at: 257, .foreign(what: "a tar archive", advice: unpacked)),
        Mark([0xFF, 0xD8, 0xFF], picture), Mark([0x89, 0x50, 0x4E, 0x47], picture),
        Mark(
            [0x0A, 0x23, 0xD7, 0xCE],
            .foreign(
                what: "a RecordIO pack of images",
                advice: "give a model first; facet data unpack reads packs")),
        Mark([0x7F, 0x45, 0x4C, 0x46], network("a program or library")),
    ]

    private static func plain(_ start: [UInt8], ending: String) -> ModelFileKind {
        if start.isEmpty { return .foreign(what: "an empty file", advice: again) }
        if let mark = marks.first(where: { $0.isOf(start) }) { return mark.kind }
        if isONNX(start) { return .onnx }
        // A pickle of protocol 2 to 5.
        if start.count > 1, start[0] == 0x80, (2...5).contains(start[1]) {
            return .foreign(
                what:
                    "a Python pickle, like older PyTorch and Paddle weights and the .bin files of "
                    + "test pairs",
                advice:
                    "give test sets with --test; for weights, create the network in PyTorch, load "
                    + "them into it, and \(asScript)")
        }
        if start.count < 8, let kind = text(start) { return kind }
        if isSafetensors(start) { return .safetensors }
        // A web page or a JSON file saved under another name is reported as such.
        if let kind = plainText(start).flatMap(markup) ?? byEnding[ending] { return kind }
        return text(start)
            ?? .foreign(
                what: "a file of unknown type (it begins with "
                    + "\(start.prefix(8).map { String(format: "%02x", $0) }.joined(separator: " ")))",
                advice:
                    "give a model.safetensors, a run's folder, a TorchScript or ONNX file, or embeddings "
                    + "as .npy")
    }

    /// Protocol buffers have no magic number, but ONNX's begin with a small version, and the writer's name
    /// or the graph.
    private static func isONNX(_ start: [UInt8]) -> Bool {
        start.count > 2 && start[0] == 0x08 && (3...40).contains(start[1])
            && [0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42].contains(start[2])
    }

    /// Whether a length of less than a gigabyte is followed by the beginning of a JSON object.
    private static func isSafetensors(_ start: [UInt8]) -> Bool {
        let length = start.prefix(8)
        return length.count < 8
            || (length[4...].allSatisfy { $0 == 0 }
                && length[3] < 0x40 && (start.count == 8 || start[8] == 0x7B))
    }

    /// Kinds without a magic number, which can only be recognised by their names.
    private static let byEnding: [String: ModelFileKind] = [
        "caffemodel": network("a Caffe network"),
        "ckpt": weights("a checkpoint of another program"),
        "engine": network("a TensorRT engine"), "h5": weights("a damaged HDF5 file"),
        "mlmodel": network("a Core ML network"), "onnx": .onnx,
        "params": weights("a damaged MXNet file of weights"),
        "pb": network("a TensorFlow graph"), "pdiparams": weights("a Paddle file of weights"),
        "pdmodel": network("a Paddle network"), "plan": network("a TensorRT engine"),
        "pth": weights("a damaged PyTorch file"), "rknn": network("an RKNN network"),
        "tflite": network("a TensorFlow Lite network"), "trt": network("a TensorRT engine"),
    ]

    /// The kind of a text file; nil for other bytes.
    private static func plainText(_ start: [UInt8]) -> String? {
        // A character may be cut at the end of what was read.
        let text = String(decoding: start.dropLast(start.count < 1024 ? 0 : 4), as: UTF8.self)
        let isText = !text.unicodeScalars.contains { $0.value < 9 || $0 == "\u{FFFD}" }
        return isText ? text : nil
    }

    /// The kind of a text in a known markup; nil for other texts.
    private static func markup(_ text: String) -> ModelFileKind? {
        let head = text.drop(while: \.isWhitespace).prefix(200).lowercased()
        if head.hasPrefix("<!doctype html") || head.hasPrefix("<html") {
            return .foreign(
                what: "a web page instead of a model",
                advice:
                    "the server answered the download with it; open it in a browser, and \(again)")
        }
        if head.hasPrefix("<") {
            return IRFile.isDescription(text) ? .openVINO : network("an XML file")
        }
        return head.hasPrefix("{")
            ? network("a JSON file, like MXNet's network descriptions") : nil
    }

    private static func text(_ start: [UInt8]) -> ModelFileKind? {
        guard let text = plainText(start) else { return nil }
        return markup(text)
            ?? .foreign(
                what: "a text",
                advice:
                    "give a model.safetensors, a run's folder, a TorchScript or ONNX file, or embeddings as "
                    + ".npy")
    }
}
