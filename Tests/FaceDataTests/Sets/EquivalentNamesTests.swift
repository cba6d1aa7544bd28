import Foundation
import Testing

@testable import FaceData

/// A person whose folder is written in two forms of Unicode, as archives of two machines leave it.
@Suite struct EquivalentNamesTests {
    private static let (composed, decomposed) = ("Jos\u{e9}", "Jose\u{301}")
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Four pictures of one person under both names, two of them under one file name, and another person's.
    private func set() throws -> LabelledImageSet {
        for (seed, name) in [
            "\(Self.composed)/1.png", "\(Self.composed)/2.png", "\(Self.decomposed)/1.png",
            "\(Self.decomposed)/3.png", "Zed/1.png",
        ].enumerated() {
            try folder.write(
                RGBImage.noise(width: 8, height: 8, seed: UInt64(seed)), to: "set/\(name)")
        }
        return try LabelledImageSet.open(folder.url.appendingPathComponent("set").path)
    }

    private static let sentence =
        "1 name occurs in two forms of Unicode, which are taken for one person"

    /// Whether the file system keeps both forms apart, as those of Linux do.
    private var keepsForms: Bool {
        get throws {
            try folder.write("", to: "probe/\(Self.composed)")
            let other = folder.url.appendingPathComponent("probe/\(Self.decomposed)")
            return !FileManager.default.fileExists(atPath: other.path)
        }
    }

    @Test func foldersOfBothFormsAreOnePerson() throws {
        guard try keepsForms else { return }
        let set = try set()
        #expect(set.identities == [Self.decomposed, "Zed"] && set.labels == [0, 0, 0, 0, 1])
        #expect(set.warnings.count { $0.hasPrefix(Self.sentence) } == 1)
        // Once, however often the set is made smaller.
        #expect(set.removing([0]).removing([1]).warnings == set.warnings)
        #expect(set.removing(named: [Self.composed]).identities == ["Zed"])
    }

    /// Every format that is written keeps the person one, and every picture.
    @Test(arguments: ["pack.rec", "set.tar", "set.tfrecord", "set.lmdb", "folder"])
    func conversionsKeepOnePerson(name: String) throws {
        guard try keepsForms else { return }
        let set = try set()
        let out = folder.url.appendingPathComponent("out/\(name)")
        let outcome = try SetConversion().write(set, as: ConversionTarget(out), to: out)
        #expect(outcome.written == 5)
        let found = try LabelledImageSet.open(
            name == "set.tar" ? ConversionTarget(out).files(out)[0].path : out.path)
        #expect(found.count == 5 && found.identities.count == 2, "\(found.identities)")
        func pictures(_ set: LabelledImageSet) throws -> Set<[String]> {
            let all = try set.labels.indices.map { index in
                (
                    set.labels[index],
                    try set.source.image(index).pixels.map { "\($0)" }.joined(separator: " ")
                )
            }
            return Set(Dictionary(grouping: all, by: \.0).values.map { $0.map(\.1).sorted() })
        }
        #expect(try pictures(found) == pictures(set))
        // The person of a test set is found by either form.
        for form in [Self.composed, Self.decomposed] {
            let pairs = VerificationPairs(
                source: ImageFiles(["\(form)/9.jpg", "Other/1.jpg"], in: folder.url), pairs: [],
                folds: 1)
            let shared = found.people(sharedWith: pairs)
            #expect(shared.count == 1 && found.identities.contains(shared.first?.identity ?? ""))
        }
    }

    /// Names that are the same to the byte stay two identities, as a pack's labels may have them.
    @Test func equalNamesAreNotJoined() {
        let set = LabelledImageSet(
            source: ImageFiles(["1", "2", "3"], in: folder.url),
            identities: [Self.composed, Self.composed, "x"], labels: [0, 1, 2])
        #expect(set.identities.count == 3 && set.labels == [0, 1, 2] && set.warnings.isEmpty)
    }

    /// A name that a conversion numbered since another is the same but for case is found as well.
    @Test func numberedNamesAreFound() {
        let set = LabelledImageSet(
            source: ImageFiles(["Ann/1.jpg", "ann-2/1.jpg", "id-2/1.jpg"], in: folder.url),
            identities: ["Ann", "ann-2", "id-2"], labels: [0, 1, 2])
        let pairs = VerificationPairs(
            source: ImageFiles(["ANN/9.jpg", "id/1.jpg"], in: folder.url), pairs: [], folds: 1)
        #expect(set.people(sharedWith: pairs).map(\.identity) == ["Ann", "ann-2"])
    }
}
