public import Foundation
import SafeFiles
import Spelling

/// Attributes of people or images: the columns of an `attributes.csv`, e.g. `person,gender,age`.
///
/// The first column is the name of a person (`person`) or an image (`image`); every other one is an
/// attribute. People with an empty value, and those not listed, belong to no group.
public struct AttributeTable: Sendable, Hashable {
    /// Whether the first column names images; otherwise people.
    public let isByImage: Bool
    /// The attributes in the file's order.
    public let attributes: [String]
    private let rows: [String: [String]]
    /// The file's path.
    public let path: String
    /// SHA-256 of the file, in hexadecimal.
    public let contentHash: String

    /// Reads a file, whose columns are separated by commas or tabs.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a line with another number of columns
    ///   or a repeated name, ``FaceDataError/unreadable(path:reason:)``.
    public static func read(_ file: URL) throws(FaceDataError) -> AttributeTable {
        try AttributeTable(try FileReader(file))
    }

    init(_ store: any ByteStore) throws(FaceDataError) {
        var lines = try TextFile.lines(of: store)[...]
        guard let header = lines.popFirst() else {
            throw .unreadable(path: store.path, reason: "it is empty")
        }
        let titles = LandmarkFields.of(header.text)
        // A line of only quotation marks has no columns.
        let first = titles.first?.lowercased() ?? ""
        guard titles.count > 1, ["person", "identity", "image"].contains(first),
            Set(titles).count == titles.count, !titles.contains("")
        else {
            throw .line(
                path: store.path, line: header.number,
                reason: "the columns must be 'person' or 'image', and attributes of different names"
            )
        }
        var rows: [String: [String]] = [:]
        for line in lines {
            let fields = LandmarkFields.of(line.text)
            guard fields.count == titles.count, !fields[0].isEmpty else {
                throw .line(
                    path: store.path, line: line.number,
                    reason: "it has \(counted(fields.count, "column")), not \(titles.count)")
            }
            if rows.updateValue(Array(fields.dropFirst()), forKey: fields[0]) != nil {
                throw .line(
                    path: store.path, line: line.number,
                    reason: "\(quoted: fields[0]) is listed twice")
            }
        }
        path = store.path
        contentHash = SHA256.hexDigest(of: try store.bytes(at: 0, count: store.size))
        isByImage = first == "image"
        attributes = Array(titles.dropFirst())
        self.rows = rows
    }

    /// The value of an attribute, given by its index, for a person or image; nil for none.
    public func group(_ name: String, _ attribute: Int) -> String? {
        rows[name].flatMap { $0[attribute].isEmpty ? nil : $0[attribute] }
    }

    /// The group of each template of a set: that of its person, or of its images if these agree.
    public func groups(of set: TemplateSet, _ attribute: Int) -> [String?] {
        let images = isByImage ? set.images : []
        return set.templates.map { template -> String? in
            guard isByImage else {
                return template.person.flatMap { group(set.people[$0], attribute) }
            }
            let all = Set(template.members.map { group(images[$0.image], attribute) })
            return all.count == 1 ? all.first ?? nil : nil
        }
    }

    /// Warnings about a set, one sentence each: names that are not in the set, and attributes for
    /// which no template of the set has a value.
    public func warnings(for set: TemplateSet) -> [String] {
        let unused = attributes.indices.filter { attribute in
            groups(of: set, attribute).allSatisfy { $0 == nil }
        }
        return [unknownWarning(for: set)].compactMap { $0 } + unused.map { reason($0, set) }
    }

    /// Why an attribute divides a set into no groups.
    private func reason(_ attribute: Int, _ set: TemplateSet) -> String {
        let names = isByImage ? set.images : set.people
        let title = attributes[attribute]
        if isByImage, names.contains(where: { group($0, attribute) != nil }) {
            return
                "no groups by \(quoted: title): \(quoted: path) has several values of it for the "
                + "images of each template; "
                + "list people instead"
        }
        return
            "no groups by \(quoted: title): \(quoted: path) has no value of it for "
            + "\(isByImage ? "an image" : "a person") "
            + "of the test set, such as \(quoted: names.first ?? "?")"
    }

    /// A sentence about listed names that are not in a set; nil if there are none.
    private func unknownWarning(for set: TemplateSet) -> String? {
        let known = Set(isByImage ? set.images : set.people)
        let others = rows.keys.filter { !known.contains($0) }.sorted()
        guard let first = others.first else { return nil }
        return
            "\(counted(others.count, isByImage ? "image" : "person", isByImage ? "images" : "people")) of "
            + "\(quoted: path) \(others.count == 1 ? "is" : "are") not in the test set, e.g. \(quoted: first)"
    }
}
