import Spelling

/// A widely used training set, with its numbers of images and identities.
public struct KnownPack: Sendable, Hashable {
    /// Its name, as in `--train NAME=PATH`.
    public let name: String
    /// Number of identities.
    public let identities: Int
    /// Number of images.
    public let images: Int
    /// The terms of use stated by its makers.
    public let terms: String
    /// Further facts about it.
    let hint: String

    /// All known sets, with the counts that their makers publish.
    public static let all = [
        KnownPack(
            name: "casia-webface", identities: 10_572, images: 490_623,
            terms: "non-commercial research",
            hint: "the raw set has 10,575 identities and 494,414 images"),
        KnownPack(
            name: "ms1mv2", identities: 85_742, images: 5_822_653,
            terms: "non-commercial research; made from MS-Celeb-1M, which its makers withdrew",
            hint: "also known as emore"),
        KnownPack(
            name: "ms1mv3", identities: 93_431, images: 5_179_510,
            terms: "non-commercial research; made from MS-Celeb-1M, which its makers withdrew",
            hint: "also known as ms1m-retinaface"),
    ]

    /// The set of a name, ignoring case; nil if unknown.
    public static func named(_ name: String) -> KnownPack? {
        all.first { $0.name == name.lowercased() }
    }

    /// A sentence on how a set differs from this one; nil if the counts agree.
    public func difference(images: Int, identities: Int) -> String? {
        guard images != self.images || identities != self.identities else { return nil }
        return "it is named \(name), which has \(grouped(self.identities)) identities and "
            + "\(grouped(self.images)) images, but has \(grouped(identities)) "
            + "(\(Self.signed(identities - self.identities))) and \(grouped(images)) "
            + "(\(Self.signed(images - self.images))); \(hint)"
    }

    private static func signed(_ number: Int) -> String {
        (number < 0 ? "-" : "+") + grouped(abs(number))
    }
}
