import Foundation

/// A change that somebody made to one file of a study's folder.
struct Tampering: CustomStringConvertible {
    /// What stands in the file's place.
    enum Replacement {
        case bytes(Data)
        case folder
        case link
        case nothing
        case pipe
    }

    /// The file's path within the folder.
    let file: String
    /// What was done, for messages.
    let what: String
    let replacement: Replacement

    var description: String { "\(file): \(what)" }

    /// Makes the change in a copy of the folder.
    ///
    /// - Parameter aside: Where a copy goes that a link leads to.
    func apply(in folder: URL, aside: URL) throws {
        let url = folder.appendingPathComponent(file)
        let files = FileManager.default
        if case .bytes(let data) = replacement { return try data.write(to: url) }
        try? files.removeItem(at: aside)
        try files.moveItem(at: url, to: aside)
        switch replacement {
        case .folder: try files.createDirectory(at: url, withIntermediateDirectories: false)
        case .link: try files.createSymbolicLink(at: url, withDestinationURL: aside)
        case .pipe: mkfifo(url.path, 0o600)
        case .bytes, .nothing: break
        }
    }

    // MARK: All changes of a folder

    /// Every change that is tried, the same ones in the same order for the same folder.
    static func all(of folder: URL) throws -> [Tampering] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        return try names.flatMap { name -> [Tampering] in
            let url = folder.appendingPathComponent(name)
            guard !url.hasDirectoryPath, !name.hasPrefix("report/"), name != ".lock",
                let data = try? Data(contentsOf: url)
            else { return [] }
            return try whole(name, data) + values(name, data)
        }
    }

    private static func whole(_ file: String, _ data: Data) -> [Tampering] {
        let cuts = [0, data.count / 2, max(data.count - 1, 0)].map {
            Tampering(file: file, what: "cut at \($0)", replacement: .bytes(data.prefix($0)))
        }
        let others: [(String, Replacement)] = [
            ("a folder", .folder), ("a link", .link), ("gone", .nothing), ("a pipe", .pipe),
        ]
        return cuts + others.map { Tampering(file: file, what: $0.0, replacement: $0.1) }
    }

    private static func values(_ file: String, _ data: Data) throws -> [Tampering] {
        guard let text = String(data: data, encoding: .utf8) else { return [] }
        switch (file as NSString).pathExtension {
        case "json", "jsonl":
            return JSONPlaces(text).indices.flatMap { index in
                (index.isKey ? ["\"absent\""] : jsonValues).map {
                    Self(file, text, index.range, $0, index.name)
                }
            }
        case "csv":
            return csvPlaces(text).flatMap { index in
                csvValues.map { Self(file, text, index.range, $0, index.name) }
            }
        default: return []
        }
    }

    private init(
        _ file: String, _ text: String, _ range: Range<String.Index>, _ value: String,
        _ name: String
    ) {
        self.init(
            file: file, what: "\(name) = \(value.prefix(24))",
            replacement: .bytes(Data(text.replacingCharacters(in: range, with: value).utf8)))
    }

    private init(file: String, what: String, replacement: Replacement) {
        self.file = file
        self.what = what
        self.replacement = replacement
    }

    private static let huge = String(repeating: "x", count: 100_000)
    private static let numbers = [
        "-1", "0", "1e308", "-1e308", "9223372036854775808", "18446744073709551616",
    ]
    private static let jsonValues =
        numbers + ["\"NaN\"", "\"text\"", "[1]", "{}", "null", "true", "\"\(huge)\""]
    private static let csvValues = numbers + ["NaN", "inf", "text", "", huge]

    /// The fields of the first, second, middle and last line.
    private static func csvPlaces(_ text: String) -> [(name: String, range: Range<String.Index>)] {
        let lines = text.split(separator: "\n")
        return Set([0, 1, lines.count / 2, lines.count - 1]).sorted().flatMap { line in
            lines.indices.contains(line)
                ? lines[line].split(separator: ",", omittingEmptySubsequences: false).enumerated()
                    .map { ("line \(line + 1), field \($0 + 1)", $1.startIndex..<$1.endIndex) } : []
        }
    }
}

/// Where keys and values stand in text of JSON.
private struct JSONPlaces {
    struct Place {
        let name: String
        let isKey: Bool
        let range: Range<String.Index>
    }

    private(set) var indices: [Place] = []
    /// The key that the values belong to, and how many of them there were; of a long array, the first
    /// ones stand for all.
    private var key = ""
    private var count = 0

    init(_ text: String) {
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            let start = index
            if character == "\"" {
                index = Self.end(ofString: text, from: index)
                let rest = text[index...].drop { $0 == " " }
                add(start..<index, text, isKey: rest.first == ":")
            } else if character.isLetter || character.isNumber || character == "-" {
                index = text[index...].firstIndex { ",]} \n".contains($0) } ?? text.endIndex
                add(start..<index, text, isKey: false)
            } else {
                index = text.index(after: index)
            }
        }
    }

    private static func end(ofString text: String, from start: String.Index) -> String.Index {
        var index = text.index(after: start)
        while index < text.endIndex, text[index] != "\"" {
            index = text.index(index, offsetBy: text[index] == "\\" ? 2 : 1)
        }
        return index < text.endIndex ? text.index(after: index) : index
    }

    private mutating func add(_ range: Range<String.Index>, _ text: String, isKey: Bool) {
        if isKey {
            key = String(text[range])
            count = 0
        } else {
            count += 1
            guard count <= 3 else { return }
        }
        indices.append(
            Place(name: isKey ? key : "\(key) \(count)", isKey: isKey, range: range))
    }
}
