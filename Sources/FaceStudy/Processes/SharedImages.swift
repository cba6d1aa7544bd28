import FaceData
import FaceEvaluation
import FaceRuns
import Foundation
import SafeFiles
import Spelling

/// A description of images of a study, sent from one process to another.
indirect enum SharedImages: Codable, Hashable {
    /// The images of a test set: all, or those for every epoch but the last.
    case test(String, all: Bool)
    /// The images of the held-out identities of the training set.
    case heldOut
    /// The images of a test set of templates.
    case templates(String)
    /// Images of the training set, by index.
    case training([Int])
    /// Some of the images of a description.
    case part(SharedImages, Range<Int>)
}

/// An order of process 0 to the other processes of a training to embed images.
struct EmbeddingOrder: Codable {
    var images: SharedImages
    /// Number of images.
    var count: Int
    /// SHA-256 of the images' names.
    var names: String
    var mirroring: Bool
    /// Whether the network has the moving averages of the weights.
    var averaged: Bool

    /// Number of embeddings per image.
    var views: Int { mirroring ? 2 : 1 }

    init(_ images: SharedImages, of source: any ImageSource, mirroring: Bool, averaged: Bool) {
        self.images = images
        count = source.count
        names = Self.names(of: source)
        self.mirroring = mirroring
        self.averaged = averaged
    }

    /// Checks that images are the ones requested by process 0.
    func requireSame(_ source: any ImageSource) throws(FaceStudyError) {
        guard source.count != count || Self.names(of: source) != names else { return }
        throw .processes(
            reason: "the images in \(quoted: source.location.path) are not those of process 0")
    }

    private static func names(of source: any ImageSource) -> String {
        var hash = SHA256()
        for index in 0..<source.count { hash.update(Array("\(source.name(of: index))\n".utf8)) }
        return hash.hexDigest()
    }
}

/// Images with a check that they have not changed.
struct CheckedImages {
    let source: any ImageSource
    /// Throws if any in a range have changed since they were read.
    let check: (Range<Int>) throws -> Void

    /// Some of the images.
    func part(_ range: Range<Int>) -> CheckedImages {
        CheckedImages(source: SelectedImages(Array(range), of: source)) {
            try check(
                range.lowerBound + $0.lowerBound..<range.lowerBound + $0.upperBound)
        }
    }
}

extension RunContext {
    /// The images that another process of the run describes.
    func images(_ images: SharedImages) throws -> CheckedImages {
        switch images {
        case .test(let name, let all):
            return try tests.first { $0.facts.name == name }.map { $0.images(all: all) }
                ?? lacks("the test set \(quoted: name)")
        case .heldOut:
            return try trainSet.validation.map { $0.images(all: true) }
                ?? lacks("held-out identities")
        case .templates(let name):
            guard let test = templates.first(where: { $0.facts.name == name }) else {
                return try lacks("the test set \(quoted: name)")
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
        case .part(let whole, let range):
            let all = try self.images(whole)
            guard range.lowerBound >= 0, range.upperBound <= all.source.count else {
                return try lacks("all images that process 0 has")
            }
            return all.part(range)
        }
    }

    private func lacks(_ what: String) throws(FaceStudyError) -> CheckedImages {
        throw .processes(reason: "this process does not have \(what)")
    }
}

extension PreparedTest {
    /// The images of all pairs, or of the pairs for every epoch but the last.
    func images(all: Bool) -> CheckedImages {
        let (source, stamps) = (
            (all ? pairs : subset).source, all ? stamps?.all : stamps?.subset
        )
        return CheckedImages(source: source) { try stamps?.check($0, of: source) }
    }
}
