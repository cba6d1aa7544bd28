import Foundation
import Spelling

/// A list of templates and their roles, for identification with custom sets, as written by
/// `facet data protocol`.
///
/// The first line names the columns, separated by tabs: `role`, `template`, `person`, `image` and
/// optionally `medium`, by which the images of one video are combined. Each further line is an
/// image; those with the same template are its images.
///
/// | role | meaning |
/// |---|---|
/// | `gallery` | enrolled; `gallery2` and so on are separate galleries |
/// | `probe` | searched for in each gallery |
/// | `unknown` | searched for as well; the person is in no gallery |
/// | `distractor` | enrolled in every gallery, and never searched for |
public enum ProtocolFile {
    /// The file name of a folder's own protocol.
    public static let defaultName = "identification.tsv"
    private static let required = ["role", "template", "person", "image"]

    /// Whether a file begins like such a list.
    static func isProtocol(_ file: URL) -> Bool {
        guard let reader = try? FileReader(file), reader.size > 0,
            let start = try? reader.bytes(at: 0, count: min(reader.size, 256))
        else { return false }
        return ByteText.text(start).lowercased().hasPrefix("role\ttemplate\tperson\timage")
    }

    /// Reads a list whose images are files of a folder.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a line that is invalid or
    ///   contradicts another one, ``FaceDataError/unreadable(path:reason:)``.
    static func read(_ file: URL, images: URL) throws(FaceDataError) -> TemplateSet {
        try read(try FileReader(file), images: images)
    }

    /// Reads a list's bytes.
    static func read(_ store: any ByteStore, images: URL) throws(FaceDataError) -> TemplateSet {
        var lines = try TextFile.lines(of: store)[...]
        guard let header = lines.popFirst() else {
            throw .unreadable(path: store.path, reason: "it is empty")
        }
        let columns = header.text.split(separator: "\t").map { $0.lowercased() }
        guard columns.starts(with: required),
            columns.count == 4 || columns.dropFirst(4) == ["medium"]
        else {
            throw .line(
                path: store.path, line: header.number,
                reason: "the columns must be 'role', 'template', 'person', 'image' and, if wanted, "
                    + "'medium', with tabs between them")
        }
        var roles = ProtocolRoles(path: store.path)
        for line in lines { try roles.add(line, columns: columns.count) }
        return try roles.set(images: images)
    }

    /// The text of a list.
    ///
    /// - Parameter set: A set with people. Templates that are in all of several galleries, or whose
    ///   people are not searched for, are written as distractors.
    public static func text(of set: TemplateSet) -> String {
        let names = set.images
        var lines = [required.joined(separator: "\t") + "\tmedium"]
        func add(_ role: String, _ template: TemplateSet.Template) {
            let person = template.person.map { set.people[$0] } ?? template.name
            for member in template.members {
                lines.append(
                    [role, template.name, person, names[member.image], "\(member.medium)"]
                        .joined(separator: "\t"))
            }
        }
        let enrolled = set.galleries.map { Set($0.templates) }
        let everywhere = enrolled.dropFirst().reduce(enrolled.first ?? []) { $0.intersection($1) }
        let isShared = set.galleries.count > 1
        let sought = Set(set.probes.compactMap { set.templates[$0].person })
        let known = Set(
            set.galleries.flatMap(\.templates).compactMap { set.templates[$0].person })
        for (number, gallery) in set.galleries.enumerated() {
            for index in gallery.templates {
                let template = set.templates[index]
                let isDistractor =
                    isShared
                    ? everywhere.contains(index) : !(template.person.map(sought.contains) ?? false)
                if isDistractor, number > 0 { continue }
                add(
                    isDistractor ? "distractor" : number == 0 ? "gallery" : "gallery\(number + 1)",
                    template)
            }
        }
        for index in set.probes {
            let template = set.templates[index]
            add(template.person.map(known.contains) ?? false ? "probe" : "unknown", template)
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// The lines of a list, in their order.
private struct ProtocolRoles {
    private enum Role: Hashable {
        case gallery(Int)
        case probe
        case unknown
        case distractor

        init?(_ text: String) {
            switch text {
            case "gallery": self = .gallery(0)
            case "probe": self = .probe
            case "unknown": self = .unknown
            case "distractor": self = .distractor
            default:
                guard text.hasPrefix("gallery"), let number = Int(text.dropFirst(7)),
                    (1...16).contains(number)
                else { return nil }
                self = .gallery(number - 1)
            }
        }
    }

    private struct Entry {
        let name: String
        let role: Role
        let person: Int
        let line: Int
        var members: [TemplateSet.Member] = []
    }

    let path: String
    private var entries: [Entry] = []
    private var byName: [String: Int] = [:]
    private var people: [String] = []
    private var byPerson: [String: Int] = [:]
    private var images: [String] = []
    private var byImage: [String: Int] = [:]
    private var media: [String: Int] = [:]

    init(path: String) { self.path = path }

    private func wrong(_ line: Int, _ reason: String) -> FaceDataError {
        .line(path: path, line: line, reason: reason)
    }

    mutating func add(_ line: TextFile.Line, columns: Int) throws(FaceDataError) {
        let fields = line.text.split(separator: "\t").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard fields.count == columns, !fields.contains("") else {
            throw wrong(line.number, "it has \(counted(fields.count, "field")), not \(columns)")
        }
        guard let role = Role(fields[0].lowercased()) else {
            throw wrong(
                line.number,
                "the role \(quoted: fields[0]) must be gallery, gallery2 to gallery16, probe, "
                    + "unknown or distractor")
        }
        let person = Self.number(fields[2], &byPerson, &people)
        let image = Self.number(fields[3], &byImage, &images)
        var unused: [String] = []
        let medium =
            columns > 4
            ? Self.number(fields[1] + "\t" + fields[4], &media, &unused, at: media.count) : image
        let member = TemplateSet.Member(image: image, medium: medium)
        guard let index = byName[fields[1]] else {
            byName[fields[1]] = entries.count
            entries.append(
                Entry(
                    name: fields[1], role: role, person: person, line: line.number,
                    members: [member]))
            return
        }
        let entry = entries[index]
        guard entry.role == role, entry.person == person else {
            throw wrong(
                line.number,
                "the template \(quoted: entry.name) has another "
                    + "\(entry.role == role ? "person" : "role") in line \(entry.line)")
        }
        guard !entry.members.contains(where: { $0.image == image }) else {
            throw wrong(
                line.number,
                "the image \(quoted: fields[3]) is in the template \(quoted: entry.name) twice")
        }
        entries[index].members.append(member)
    }

    private static func number(
        _ name: String, _ numbers: inout [String: Int], _ names: inout [String], at next: Int? = nil
    ) -> Int {
        if let number = numbers[name] { return number }
        let number = next ?? names.count
        numbers[name] = number
        names.append(name)
        return number
    }

    /// The set, after all lines were added.
    func set(images folder: URL) throws(FaceDataError) -> TemplateSet {
        let count =
            1
            + (entries.compactMap { if case .gallery(let n) = $0.role { n } else { nil } }.max()
                ?? 0)
        var galleries = [[Int]](repeating: [], count: count)
        var probes: [Int] = []
        for (index, entry) in entries.enumerated() {
            switch entry.role {
            case .gallery(let number): galleries[number].append(index)
            case .distractor: for number in 0..<count { galleries[number].append(index) }
            case .probe, .unknown: probes.append(index)
            }
        }
        guard !probes.isEmpty else {
            throw .unreadable(
                path: path, reason: "it has no probe; add lines with the role 'probe'")
        }
        if let number = galleries.firstIndex(where: \.isEmpty) {
            throw .unreadable(path: path, reason: "gallery \(number + 1) has no template")
        }
        try check(galleries, probes)
        return TemplateSet(
            source: ImageFiles(images, in: folder),
            templates: entries.map {
                TemplateSet.Template(name: $0.name, person: $0.person, members: $0.members)
            },
            people: people,
            galleries: galleries.enumerated().map {
                TemplateSet.Gallery(
                    name: count == 1 ? "gallery" : "gallery \($0 + 1)", templates: $1)
            }, probes: probes)
    }

    /// Rejects people who are in a gallery twice, unknown people who are in one, and probes of
    /// people who are in none.
    private func check(_ galleries: [[Int]], _ probes: [Int]) throws(FaceDataError) {
        var enrolled: [Int: Int] = [:]
        var distractors: [Int: Int] = [:]
        for gallery in galleries {
            for index in gallery {
                let entry = entries[index]
                if entry.role == .distractor {
                    distractors[entry.person] = index
                } else {
                    enrolled[entry.person] = index
                }
            }
        }
        var gallery: [String: Int] = [:]
        for entry in entries {
            guard case .gallery(let number) = entry.role else { continue }
            if let first = gallery.updateValue(entry.line, forKey: "\(number) \(entry.person)") {
                throw wrong(
                    entry.line,
                    "\(quoted: people[entry.person]) is in the gallery already, in line \(first); "
                        + "give both lines the same template")
            }
        }
        for entry in entries {
            let name = people[entry.person]
            switch entry.role {
            case .distractor:
                if let other = enrolled[entry.person] {
                    throw wrong(
                        entry.line,
                        "the distractor \(quoted: name) is in the gallery, in line \(entries[other].line)"
                    )
                }
            case .unknown:
                if let other = enrolled[entry.person] ?? distractors[entry.person] {
                    throw wrong(
                        entry.line,
                        "\(quoted: name) is declared unknown but is in the gallery, in line "
                            + "\(entries[other].line)"
                    )
                }
            case .probe:
                guard enrolled[entry.person] != nil else {
                    throw wrong(
                        entry.line,
                        "\(quoted: name) is in no gallery; the role of such a probe is 'unknown'")
                }
            case .gallery: break
            }
        }
        try checkDuplicates(probes)
    }

    /// Rejects probes with the same images, and images that are both enrolled and searched for.
    private func checkDuplicates(_ probes: [Int]) throws(FaceDataError) {
        var seen: [Set<Int>: Int] = [:]
        var enrolled: [Int: Int] = [:]
        for entry in entries where entry.role != .probe && entry.role != .unknown {
            for member in entry.members { enrolled[member.image] = entry.line }
        }
        for index in probes {
            let entry = entries[index]
            let own = Set(entry.members.map(\.image))
            if let first = seen.updateValue(entry.line, forKey: own) {
                throw wrong(
                    entry.line,
                    "the probe \(quoted: entry.name) has the images of the one in line \(first)")
            }
            if let image = own.sorted().first(where: { enrolled[$0] != nil }),
                let line = enrolled[image]
            {
                throw wrong(
                    entry.line,
                    "the image \(quoted: images[image]) is also enrolled, in line \(line)")
            }
        }
    }
}
