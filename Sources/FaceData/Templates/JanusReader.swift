import Foundation
import Spelling

/// IJB-B and IJB-C in insightface's layout.
///
/// | file | lines |
/// |---|---|
/// | `meta/ijbc_face_tid_mid.txt` | image, template, medium |
/// | `meta/ijbc_template_pair_label.txt` | template, template, 1 for one person and 0 for two |
/// | `meta/ijbc_name_5pts_score.txt` | image, x and y of five points, confidence of the detector |
/// | `meta/ijbc_1N_gallery_G1.csv`, `..._G2.csv` (IJB-B: `S1`, `S2`), `meta/ijbc_1N_probe_mixed.csv` | template, person |
/// | `loose_crop/1.jpg` | the images, which are aligned by these points |
///
/// Either the lists of identification or the list of pairs may be missing, but not both.
enum JanusReader {
    /// Whether a folder has this layout.
    static func isSet(_ folder: URL) -> Bool { (try? prefix(of: folder)) != nil }

    /// Reads a set.
    ///
    /// - Throws: ``FaceDataError`` with the file and line of invalid entries.
    static func read(_ folder: URL) throws(FaceDataError) -> TemplateSet {
        guard let prefix = try prefix(of: folder) else {
            throw .unknownFormat(
                path: folder.path,
                reason: "it has no meta/*_face_tid_mid.txt, as IJB-B and IJB-C have")
        }
        let meta = folder.appendingPathComponent("meta")
        func file(_ name: String) -> URL { meta.appendingPathComponent("\(prefix)_\(name)") }
        let points = try JanusPoints(try FileReader(file("name_5pts_score.txt")))
        var templates = try JanusTemplates(try FileReader(file("face_tid_mid.txt")), points)
        var lists: [(name: String, url: URL)] = []
        for names in [["G1", "S1"], ["G2", "S2"]] {
            let found = names.map { file("1N_gallery_\($0).csv") }.first {
                SystemPath.exists($0.path)
            }
            if let found { lists.append(("gallery \(lists.count + 1)", found)) }
        }
        var galleries: [TemplateSet.Gallery] = []
        for list in lists {
            let found = try templates.readPeople(try FileReader(list.url), isGallery: true)
            galleries.append(TemplateSet.Gallery(name: list.name, templates: found))
        }
        var probes: [Int] = []
        let probeFile = file("1N_probe_mixed.csv")
        if !galleries.isEmpty {
            probes = try templates.readPeople(try FileReader(probeFile), isGallery: false)
            try templates.checkOverlap(galleries, probes, path: probeFile.path)
        }
        let pairFile = file("template_pair_label.txt")
        let hasPairs = SystemPath.exists(pairFile.path)
        guard hasPairs || !galleries.isEmpty else {
            throw .unreadable(
                path: pairFile.path, reason: "there is no such file, and no gallery list either")
        }
        let pairs = hasPairs ? try templates.readPairs(try FileReader(pairFile)) : TemplatePairs()
        let files = ImageFiles(points.names, in: folder.appendingPathComponent("loose_crop"))
        return TemplateSet(
            source: AlignedImages(files, points: points.points), templates: templates.templates,
            people: templates.people, detectorScores: points.scores, pairs: pairs,
            galleries: galleries, probes: probes)
    }

    /// The prefix of the lists' names: `ijbb` or `ijbc`.
    private static func prefix(of folder: URL) throws(FaceDataError) -> String? {
        let meta = folder.appendingPathComponent("meta")
        guard SystemPath.kind(meta.path) == .folder else { return nil }
        let suffix = "_face_tid_mid.txt"
        let names = try SystemPath.visibleNames(meta).filter { $0.hasSuffix(suffix) }
        guard let name = names.first else { return nil }
        guard names.count == 1 else {
            throw .unknownFormat(
                path: meta.path, reason: "it has the lists of several sets: \(names.someJoined())")
        }
        return String(name.dropLast(suffix.count))
    }
}

/// The list of images with their points and confidences.
struct JanusPoints {
    private(set) var names: [String] = []
    private(set) var points: [FacePoints] = []
    private(set) var scores: [Float] = []
    private(set) var indices: [String: Int] = [:]

    init(_ store: any ByteStore) throws(FaceDataError) {
        try JanusReader.forEachRow(of: store) { (number, fields) throws(FaceDataError) in
            let numbers = fields.dropFirst().compactMap { Double($0) }
            guard fields.count == 12, numbers.count == 11,
                let face = FacePoints((0..<5).map { .init(numbers[2 * $0], numbers[2 * $0 + 1]) })
            else {
                throw .line(
                    path: store.path, line: number,
                    reason:
                        "it must be an image, x and y of five points, and the detector's confidence: 12 "
                        + "fields, not \(fields.count)\(fields.count == 12 ? " of which some are no numbers" : "")"
                )
            }
            guard numbers[10].isFinite, numbers[10] >= 0, numbers[10] <= 1e6 else {
                throw .line(
                    path: store.path, line: number,
                    reason:
                        "the detector's confidence \(quoted: fields[11]) is not a number from 0 up")
            }
            let name = String(fields[0])
            if let first = indices.updateValue(names.count, forKey: name) {
                throw .line(
                    path: store.path, line: number,
                    reason:
                        "the image \(quoted: name) has points already, as number \(first + 1) of the list"
                )
            }
            names.append(name)
            points.append(face)
            scores.append(Float(numbers[10]))
        }
        guard !names.isEmpty else { throw .unreadable(path: store.path, reason: "it is empty") }
        try LandmarkOrderCheck.require(points, path: store.path)
    }
}

extension JanusReader {
    /// Passes the fields of every non-blank line, separated by white space, to a closure, with the
    /// line's number from 1.
    fileprivate static func forEachRow(
        of store: any ByteStore,
        _ body: (_ number: Int, _ fields: [Substring]) throws(FaceDataError) -> Void
    ) throws(FaceDataError) {
        var reader = LineReader(store)
        while let line = try reader.next({ (bytes) throws(FaceDataError) in ByteText.text(bytes) })
        {
            let fields = line.split(whereSeparator: \.isWhitespace)
            if !fields.isEmpty { try body(reader.number, fields) }
        }
    }
}

/// The templates, which lists refer to by number.
struct JanusTemplates {
    private(set) var templates: [TemplateSet.Template] = []
    private(set) var people: [String] = []
    private var byNumber: [Int: Int] = [:]
    private var byPerson: [Int: Int] = [:]

    /// Reads the images and media of all templates.
    init(_ store: any ByteStore, _ points: JanusPoints) throws(FaceDataError) {
        var members: [[TemplateSet.Member]] = []
        var names: [Int] = []
        try JanusReader.forEachRow(of: store) { (number, fields) throws(FaceDataError) in
            guard fields.count == 3, let template = Int(fields[1]), let medium = Int(fields[2])
            else {
                throw .line(
                    path: store.path, line: number,
                    reason: "it must be an image and the numbers of its template and medium")
            }
            guard let image = points.indices[String(fields[0])] else {
                throw .line(
                    path: store.path, line: number,
                    reason: "the image \(quoted: fields[0]) has no line in the list of landmarks")
            }
            let index = byNumber[template] ?? names.count
            if index == names.count {
                byNumber[template] = index
                names.append(template)
                members.append([])
            }
            members[index].append(TemplateSet.Member(image: image, medium: medium))
        }
        guard !names.isEmpty else { throw .unreadable(path: store.path, reason: "it is empty") }
        templates = zip(names, members).map {
            TemplateSet.Template(name: "\($0)", person: nil, members: $1)
        }
    }

    /// Reads the people of a gallery's or the probes' templates; returns the templates' indices.
    mutating func readPeople(_ store: any ByteStore, isGallery: Bool) throws(FaceDataError) -> [Int]
    {
        var found: [Int] = []
        var lines: [Int: Int] = [:]
        var owners: [Int: Int] = [:]
        for line in try TextFile.lines(of: store) {
            let fields = line.text.split(separator: ",", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            if found.isEmpty, Int(fields[0]) == nil, fields[0].lowercased().contains("template") {
                continue
            }
            guard fields.count >= 2, let number = Int(fields[0]), let person = Int(fields[1]) else {
                throw .line(
                    path: store.path, line: line.number,
                    reason: "it must begin with the numbers of a template and its person")
            }
            guard let index = byNumber[number] else {
                throw .line(
                    path: store.path, line: line.number,
                    reason: "the template \(number) has no image in the list of templates and media"
                )
            }
            // NIST's own lists have a line for each image of a template.
            if let label = byPerson[person], templates[index].person == label, lines[index] != nil {
                continue
            }
            if lines.updateValue(line.number, forKey: index) != nil
                || (templates[index].person.map { people[$0] != "\(person)" } ?? false)
            {
                throw .line(
                    path: store.path, line: line.number,
                    reason: "the template \(number) belongs to another person elsewhere")
            }
            let label = byPerson[person] ?? people.count
            if label == people.count {
                byPerson[person] = label
                people.append("\(person)")
            }
            if isGallery, let first = owners.updateValue(line.number, forKey: label) {
                throw .line(
                    path: store.path, line: line.number,
                    reason: "the person \(person) is in the gallery already, in line \(first)")
            }
            let old = templates[index]
            templates[index] = TemplateSet.Template(
                name: old.name, person: label, members: old.members)
            found.append(index)
        }
        guard !found.isEmpty else {
            throw .unreadable(path: store.path, reason: "it names no template")
        }
        return found
    }

    /// Rejects templates that are both enrolled and searched for.
    func checkOverlap(
        _ galleries: [TemplateSet.Gallery], _ probes: [Int], path: String
    ) throws(FaceDataError) {
        let enrolled = Set(galleries.flatMap(\.templates))
        if let both = probes.first(where: enrolled.contains) {
            throw .unreadable(
                path: path,
                reason: "the template \(templates[both].name) is a probe and in a gallery")
        }
    }

    /// Reads pairs: integers separated by spaces, in millions of lines.
    func readPairs(_ store: any ByteStore) throws(FaceDataError) -> TemplatePairs {
        var reader = LineReader(store)
        var pairs = TemplatePairs()
        pairs.reserve(min(store.size / 8, 1 << 25))
        // Numbers are usually small and dense, for which an array is much faster than a dictionary.
        let highest = byNumber.keys.max() ?? 0
        var table: [Int32] = []
        if (0...50_000_000).contains(highest), (byNumber.keys.min() ?? 0) >= 0 {
            table = [Int32](repeating: -1, count: highest + 1)
            for (number, index) in byNumber { table[number] = Int32(index) }
        }
        func index(_ number: Int) -> Int? {
            guard !table.isEmpty else { return byNumber[number] }
            guard number >= 0, number < table.count, table[number] >= 0 else { return nil }
            return Int(table[number])
        }
        while true {
            let number = reader.number + 1
            let line = try reader.next { (bytes) throws(FaceDataError) -> (Int, Int, Int)? in
                try Self.numbers(bytes, path: store.path, line: number)
            }
            guard let line else { break }
            guard let (first, second, label) = line else { continue }
            guard let one = index(first), let other = index(second) else {
                throw .line(
                    path: store.path, line: number,
                    reason:
                        "the template \(index(first) == nil ? first : second) has no image in the list of templates and media"
                )
            }
            pairs.append(one, other, same: label == 1)
        }
        guard !pairs.isEmpty else { throw .unreadable(path: store.path, reason: "it is empty") }
        return pairs
    }

    /// The three numbers of a line; nil for a blank one.
    private static func numbers(
        _ bytes: UnsafeRawBufferPointer, path: String, line: Int
    ) throws(FaceDataError) -> (Int, Int, Int)? {
        var values = (0, 0, 0)
        var (field, digits) = (0, 0)
        var position = 0
        while position <= bytes.count {
            let byte = position < bytes.count ? bytes[position] : 0x20
            position += 1
            if byte == 0x20 || byte == 0x09 {
                if digits > 0 { field += 1 }
                digits = 0
                continue
            }
            digits += 1
            guard (0x30...0x39).contains(byte), digits < 16, field < 3 else { field = 9; break }
            let value = Int(byte - 0x30)
            switch field {
            case 0: values.0 = values.0 * 10 + value
            case 1: values.1 = values.1 * 10 + value
            default: values.2 = values.2 * 10 + value
            }
        }
        if field == 0 { return nil }
        guard field == 3, values.2 < 2 else {
            throw .line(
                path: path, line: line,
                reason: "it must be the numbers of two templates, and 1 for one person or 0 for two"
            )
        }
        return values
    }
}
