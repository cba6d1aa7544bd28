import FaceData
import FaceEvaluation
import FaceRuns
import Foundation
import SafeFiles

/// The embedded images of a study, as one process describes them to another.
enum SharedImages: Codable, Hashable {
    /// Those of a test set: all, or those of every epoch but the last.
    case test(String, all: Bool)
    /// Those of the identities that are held out of the training set.
    case heldOut
    /// Those of a test set of templates.
    case templates(String)
    /// Some of the training set, by index.
    case training([Int])
}

/// The images that process 0 has the other processes of a training embed.
struct EmbeddingOrder: Codable {
    var images: SharedImages
    /// How many there are.
    var count: Int
    /// SHA-256 of their names.
    var names: String
    var mirroring: Bool
    /// Whether the network has the averages of its weights.
    var averaged: Bool

    /// Embeddings of an image.
    var views: Int { mirroring ? 2 : 1 }

    init(_ images: SharedImages, of source: any ImageSource, mirroring: Bool, averaged: Bool) {
        self.images = images
        count = source.count
        names = Self.names(of: source)
        self.mirroring = mirroring
        self.averaged = averaged
    }

    /// Checks that images are those that process 0 means.
    func requireSame(_ source: any ImageSource) throws(FaceStudyError) {
        guard source.count != count || Self.names(of: source) != names else { return }
        throw .processes(
            reason: "the images in '\(source.location.path)' are not those of process 0")
    }

    private static func names(of source: any ImageSource) -> String {
        var hash = SHA256()
        for index in 0..<source.count { hash.update(Array("\(source.name(of: index))\n".utf8)) }
        return hash.hexDigest()
    }
}

/// Images, and what sees to it that they are what they were.
struct CheckedImages {
    let source: any ImageSource
    /// Throws where some of them have changed since they were read.
    let check: (Range<Int>) throws -> Void
}

extension RunContext {
    /// The images that another process of the run's means.
    func images(_ images: SharedImages) throws -> CheckedImages {
        switch images {
        case .test(let name, let all):
            return try tests.first { $0.facts.name == name }.map { $0.images(all: all) }
                ?? lacks("the test set '\(name)'")
        case .heldOut:
            return try trainSet.validation.map { $0.images(all: true) }
                ?? lacks("held-out identities")
        case .templates(let name):
            guard let test = templates.first(where: { $0.facts.name == name }) else {
                return try lacks("the test set '\(name)'")
            }
            return CheckedImages(source: test.set.source) {
                try test.stamps.check($0, of: test.set.source)
            }
        case .training(let indices):
            let set = trainSet
            guard indices.allSatisfy(set.set.labels.indices.contains) else {
                return try lacks("an image of the training set")
            }
            return CheckedImages(source: SelectedImages(indices, of: set.set.source)) {
                try set.stamps.check(indices[$0], of: set.set.source)
            }
        }
    }

    private func lacks(_ what: String) throws(FaceStudyError) -> CheckedImages {
        throw .processes(reason: "this process does not have \(what)")
    }
}

extension PreparedTest {
    /// The images of all pairs, or of those of every epoch but the last.
    func images(all: Bool) -> CheckedImages {
        let (source, stamps) = (
            (all ? pairs : subset).source, all ? stamps?.all : stamps?.subset
        )
        return CheckedImages(source: source) { try stamps?.check($0, of: source) }
    }
}
