import FaceLosses
import FaceModels
import FaceRuns
import Foundation
import Spelling

/// A key of a study file: what its value must be, and what it means.
struct StudyFileKey: Sendable {
    /// What a value must be.
    indirect enum Kind: Sendable {
        case flag
        case list(Kind)
        case number(ClosedRange<Double>, String)
        /// Any number of 64 bits.
        case seed
        case text
        case whole(ClosedRange<Int>)
        case word([String])
        /// A name that is understood by a body, which throws why it is not.
        case named(String, @Sendable (String) throws -> Void)
    }

    /// Place in the file, with `[]` behind a list of objects: `train[].name`.
    let path: String
    let kind: Kind
    let summary: String

    init(_ path: String, _ kind: Kind, _ summary: String) {
        self.path = path
        self.kind = kind
        self.summary = summary
    }

    static let all: [StudyFileKey] = [
        .init("train[].name", .text, "name in tables and file names"),
        .init("train[].images", .text, "what `--train` takes after `NAME=`"),
        .init(
            "train[].without", .text, "a file of identities and images to leave out; may be absent"),
        .init("test[].name", .text, "name in tables and file names"),
        .init("test[].images", .text, "a `.bin`, a folder of images, or `synthetic:pairs`"),
        .init("test[].pairs", .text, "a list of pairs, or `FP` or `FF` for CFP; may be absent"),
        .init(
            "backbones", .list(.named("a backbone") { _ = try BackboneSpecification(parsing: $0) }),
            "as `mobilenetv1:width=0.5`"),
        .init(
            "losses", .list(.named("a loss") { _ = try LossSpecification(parsing: $0) }),
            "as `arcface:m=0.4,s=32`"),
        .init(
            "sampler", .text, "`auto` (each loss its own), `shuffle`, or `pk:PxK` for all losses"),
        .init("seeds", .list(.seed), "every loss of a cell is trained with each"),
        .init("inputSize", .whole(16...1024), "height and width of the input, in pixels"),
        .init(
            "precision", .word(["auto", "float32", "fp32", "bfloat16", "bf16"]),
            "of convolutions and products"),
        .init("device", .text, "`auto`, `cpu`, `cuda` or `cuda:N`"),
        .init(
            "threads", .whole(0...4096),
            "threads of one operation; 0 for one for each core that facet may use"),
        .init(
            "kernels", .word(["auto", "libtorch", "portable", "avx2", "avx512"]),
            "the best kernels that convolutions and normalisations may use"),
        .init("training.epochs", .whole(1...100_000), "passes over the training set"),
        .init("training.batchSize", .whole(2...1_000_000), "images of a step"),
        .init(
            "training.accumulation", .whole(1...500_000),
            "parts a batch is computed in; divides `batchSize` into parts of 2 or more"),
        .init(
            "training.gradientClip", .number(0...1e300, "at least 0"),
            "largest norm of all gradients together; 0 for no limit"),
        .init("training.flip", .flag, "whether half of the images are mirrored"),
        .init(
            "training.schedule.shape", .word(["cosine", "constant", "polynomial", "step"]),
            "course of the learning rate after the warm-up"),
        .init(
            "training.schedule.peak", .number(1e-300...1e300, "above 0"), "highest learning rate"),
        .init(
            "training.schedule.warmup", .number(0...0.999_999, "from 0 to below 1"),
            "fraction of the run in which the rate rises to the peak"),
        .init(
            "training.schedule.power", .number(1e-300...1e300, "above 0"),
            "exponent of `polynomial`"),
        .init(
            "training.schedule.milestones", .list(.number(0...1, "from 0 to 1")),
            "fractions of the run at which `step` multiplies the rate, ascending"),
        .init(
            "training.schedule.factor", .number(0...1, "from 0 to 1"),
            "what `step` multiplies the rate with"),
        .init(
            "training.optimizer.momentum", .number(0...0.999_999, "from 0 to below 1"),
            "fraction of the former velocity that is kept"),
        .init(
            "training.optimizer.weightDecay", .number(0...1e300, "at least 0"),
            "pull of the weights towards 0"),
        .init(
            "training.optimizer.decaysBiasAndNormalization", .flag,
            "whether biases and normalisations are pulled as well"),
        .init("training.optimizer.nesterov", .flag, "whether a step looks ahead by one velocity"),
        .init(
            "training.head.rate", .number(1e-300...1, "above 0 and up to 1"),
            "fraction of the classes in a step's softmax (Partial FC)"),
        .init(
            "training.head.precision", .word(["float32", "bfloat16"]),
            "of products with class weights"),
        .init(
            "evaluation.pairsEachEpoch", .whole(0...100_000_000),
            "pairs tested after each epoch but the last; 0 for all"),
        .init("evaluation.batchSize", .whole(1...1_000_000), "images embedded at once"),
        .init(
            "validation.identities", .number(0...0.5, "from 0 to 0.5"),
            "fraction of the training identities held out to choose an epoch on"),
        .init("validation.pairs", .whole(2...100_000_000), "the most pairs of their images"),
    ]
}

extension StudyFileKey.Kind {
    /// Completes "it must be ...".
    var expected: String {
        switch self {
        case .flag: "true or false"
        case .list(let kind): "a list, each entry \(kind.expected)"
        case .named(let what, _): "\(what) in quotes"
        case .number(_, let range): "a number \(range)"
        case .seed: "a whole number from 0 to \(UInt64.max)"
        case .text: "a text in quotes"
        case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .word(let words): "one of " + words.joined(separator: ", ")
        }
    }

    /// Why a value is not what it must be, with its path; nil when it is.
    func fault(_ value: JSONValue, _ path: String) -> (path: String, reason: String)? {
        let isGood: Bool
        switch (self, value) {
        case (.flag, .bool), (.seed, .large), (.text, .string): isGood = true
        case (.list(let kind), .array(let values)):
            return values.enumerated().lazy.compactMap { keyPath, value in
                kind.fault(value, "\(path)[\(keyPath)]")
            }.first
        case (.named(_, let understand), .string(let text)):
            do {
                try understand(text)
                return nil
            } catch { return (path, "\(error)") }
        case (.number(let range, _), .number(let number)): isGood = range.contains(number)
        case (.seed, .number(let number)):
            isGood = number == number.rounded() && (0...0x1p53).contains(number)
        case (.whole(let range), .number(let number)):
            isGood =
                number >= Double(range.lowerBound) && number <= Double(range.upperBound)
                && number == number.rounded()
        case (.word(let words), .string(let text)):
            if words.contains(text) { return nil }
            return (
                path,
                "'\(text)' must be \(expected)" + Spelling.hint(for: text, among: words)
            )
        default: isGood = false
        }
        return isGood ? nil : (path, "it must be \(expected), and it is \(value.briefly)")
    }
}

extension JSONValue {
    /// The value as a message names it.
    fileprivate var briefly: String {
        switch self {
        case .array: "a list"
        case .bool(let value): "\(value)"
        case .large(let value): "\(value)"
        case .null: "null"
        case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
        case .object: "an object"
        case .string(let text): "the text '\(text.prefix(40))'"
        }
    }
}

// MARK: - Checks

/// A study file that was read and whose keys and values were checked.
struct StudyFile {
    let path: String
    let lines: [String: Int]

    /// Reads a file and checks every key and value.
    ///
    /// - Throws: ``FaceStudyError``.
    static func read(_ url: URL) throws(FaceStudyError) -> JSONValue {
        let data: Data
        do { data = try Data(contentsOf: url) } catch {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw .unreadable(
                path: url.path,
                reason: exists ? "it cannot be read" : "there is no such file")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw .unreadable(path: url.path, reason: "it is no text in UTF-8")
        }
        do {
            let (value, lines) = try StudyFileText.read(text)
            return try StudyFile(path: url.path, lines: lines).checked(value)
        } catch let fault as StudyFileText.Fault {
            throw .studyFile(path: url.path, line: fault.line, reason: fault.reason)
        } catch let error as FaceStudyError {
            throw error
        } catch {
            throw .unreadable(path: url.path, reason: "\(error)")
        }
    }

    /// The value, with what lists of sets may leave out.
    private func checked(_ value: JSONValue) throws(FaceStudyError) -> JSONValue {
        guard case .object(var members) = value else {
            throw fault("", "a study file is an object: { ... }")
        }
        try check(value, at: "", as: "")
        for (list, optional) in [("train", "without"), ("test", "pairs")] {
            guard case .array(let sets)? = members[list] else { continue }
            var whole: [JSONValue] = []
            for (keyPath, set) in sets.enumerated() {
                guard case .object(var keys) = set else { continue }
                for key in ["name", "images"] where keys[key] == nil {
                    throw fault("\(list)[\(keyPath)]", "its '\(key)' is missing")
                }
                if keys[optional] == .null { keys[optional] = nil }
                if list == "test", keys[optional] == nil { keys[optional] = .string("") }
                whole.append(.object(keys))
            }
            members[list] = .array(whole)
        }
        return .object(members)
    }

    /// Checks a value whose place is `at` in the file and `pattern` in the list of keys.
    private func check(
        _ value: JSONValue, at keyPath: String, as pattern: String
    ) throws(FaceStudyError) {
        if let key = StudyFileKey.all.first(where: { $0.path == pattern }) {
            if value == .null, pattern == "train[].without" || pattern == "test[].pairs" { return }
            if let found = key.kind.fault(value, keyPath) { throw fault(found.path, found.reason) }
            return
        }
        if StudyFileKey.all.contains(where: { $0.path.hasPrefix("\(pattern)[].") }) {
            guard case .array(let values) = value else {
                throw fault(keyPath, "it must be a list of objects: [{ ... }]")
            }
            for (index, value) in values.enumerated() {
                try check(value, at: "\(keyPath)[\(index)]", as: "\(pattern)[]")
            }
            return
        }
        guard case .object(let members) = value else {
            throw fault(keyPath, "it must be an object: { ... }")
        }
        let prefix = pattern.isEmpty ? "" : "\(pattern)."
        let known = Self.keys(below: prefix)
        let ordered = members.sorted { first, second in
            (lines[join(keyPath, first.key)] ?? 0, first.key)
                < (lines[join(keyPath, second.key)] ?? 0, second.key)
        }
        for (key, value) in ordered {
            guard known.contains(key) else {
                throw .unknownKey(
                    path: self.path, line: lines[join(keyPath, key)] ?? 1, key: join(keyPath, key),
                    suggestion: Spelling.suggestion(for: key, among: known))
            }
            try check(value, at: join(keyPath, key), as: prefix + key)
        }
    }

    private func join(_ keyPath: String, _ key: String) -> String {
        keyPath.isEmpty ? key : "\(keyPath).\(key)"
    }

    /// Names of the keys directly below a prefix.
    private static func keys(below prefix: String) -> [String] {
        Set(
            StudyFileKey.all.filter { $0.path.hasPrefix(prefix) }.compactMap { key in
                key.path.dropFirst(prefix.count).split(separator: ".").first
                    .map { $0.replacingOccurrences(of: "[]", with: "") }
            }
        ).sorted()
    }

    private func fault(_ keyPath: String, _ reason: String) -> FaceStudyError {
        // A list's entry may have no line of its own.
        let line = lines[keyPath] ?? 1
        return .studyFile(
            path: path, line: line, reason: keyPath.isEmpty ? reason : "\(keyPath): \(reason)")
    }
}

extension StudyConfiguration {
    /// The table of all keys of a study file in Markdown, with the defaults of this configuration.
    package static func keyTable() throws -> String {
        let defaults = try StudyConfiguration().json()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let rows = try StudyFileKey.all.map { key in
            var value: JSONValue? = defaults
            for part in key.path.split(separator: ".").map(String.init) {
                guard case .object(let members)? = value else { value = nil; break }
                value = members[part]
            }
            let standard = try value.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
            return "| `\(key.path)` | \(key.kind.expected) | \(standard.map { "`\($0)`" } ?? "") | "
                + "\(key.summary) |"
        }
        return (["| key | value | default | meaning |", "|---|---|---|---|"] + rows)
            .joined(separator: "\n") + "\n"
    }

    /// Paths of all keys, with `[]` behind lists of objects.
    package static var keyPaths: [String] { StudyFileKey.all.map(\.path) }
}
