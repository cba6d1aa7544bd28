import FaceData
import Foundation
import Testing

@Suite struct SetAlignmentTests {
    private let folder: TemporaryFolder
    private var out: URL { folder.url.appendingPathComponent("out") }

    init() throws {
        folder = try TemporaryFolder()
    }

    /// The template's points on a face of a size and place.
    private static func points(scale: Double, x: Double = 0, y: Double = 0) -> String {
        FacePoints.template(side: 112).points
            .map { "\($0.x * scale + x) \($0.y * scale + y)" }.joined(separator: " ")
    }

    private func align(
        _ landmarks: String, _ names: [String] = ["a/1.png"], _ choice: FaceChoice = .ask
    ) throws -> SetAlignment.Outcome {
        for (seed, name) in names.enumerated() {
            try folder.write(
                RGBImage.noise(width: 100, height: 100, seed: UInt64(seed)), to: "set/\(name)")
        }
        return try SetAlignment(quality: nil, choice: choice).align(
            try LabelledImageSet.folder(folder.url.appendingPathComponent("set")).source,
            LandmarkFile(try folder.write(landmarks, to: "l.txt")), to: out)
    }

    private func face() throws -> RGBImage {
        try ImageDecoder().decode(out.appendingPathComponent("a/1.png"))
    }

    @Test func picturesOfOneNameBothGetAFace() throws {
        let names = ["a/1.jpg", "a/1.png"]
        let points = Self.points(scale: 0.5)
        let outcome = try align(names.map { "\($0) \(points)\n" }.joined(), names)
        #expect(outcome.written == 2 && outcome.isComplete)
        #expect(outcome.renamed.map { [$0.name, $0.file] } == [["a/1.png", "a/1-2.png"]])
        let set = try LabelledImageSet.folder(out)
        #expect(set.names == ["a/1-2.png", "a/1.png"])
        #expect(try set.source.image(0) != set.source.image(1))
        #expect(try align(names.map { "\($0) \(points)\n" }.joined(), names).kept == 2)
    }

    @Test func pointsOfAnotherPictureAreNotUsed() throws {
        let outcome = try align("a/1.jpg \(Self.points(scale: 0.5))\n", ["a/1.jpg", "a/1.png"])
        #expect(outcome.written == 1 && outcome.withoutPoints == ["a/1.png"])
    }

    @Test func severalFacesAreAskedFor() throws {
        let (corner, central) = (
            Self.points(scale: 0.55, x: -5, y: -20), Self.points(scale: 0.5, x: 22, y: 14)
        )
        let text = "a/1.png \(corner)\na/1.png \(central)\n"
        let asked = try align(text)
        #expect(asked.severalFaces == ["a/1.png"] && asked.written == 0 && !asked.isComplete)
        var faces: [FaceChoice: RGBImage] = [:]
        for (choice, points) in [
            (FaceChoice.largest, corner), (.first, corner), (.central, central),
        ] {
            #expect(try align(text, ["a/1.png"], choice).written == 1)
            faces[choice] = try face()
            #expect(try align(text, ["a/1.png"], choice).kept == 1)
            #expect(try align("a/1.png \(points)\n").written == 1)
            let isSame = try face() == faces[choice]
            #expect(isSame, "\(choice)")
        }
        #expect((faces[.central] == faces[.largest]) == false)
        // The same line twice is one face.
        #expect(try align("a/1.png \(corner)\na/1.png \(corner)\n").isComplete)
    }

    @Test func implausiblePointsAreToldAndNotUsed() throws {
        let numbers = Self.points(scale: 0.5).split(separator: " ")
        let crossed = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9].map { numbers[$0] }.joined(separator: " ")
        let names = ["a/1.png", "a/2.png", "b/1.png"]
        let outcome = try align(
            "a/1.png \(crossed)\na/2.png \(crossed)\nb/1.png \(Self.points(scale: 0.5))\n", names)
        #expect(outcome.written == 1 && !outcome.isComplete)
        #expect(outcome.implausible.map(\.path) == ["a/1.png", "a/2.png"])
        #expect(outcome.causes == ["five x and then five y": 2])
        #expect(try LabelledImageSet.folder(out).names == ["b/1.png"])
    }

    @Test func namesThatBelongToNothingAreTold() throws {
        let outcome = try align("1.png \(Self.points(scale: 0.5))\n")
        #expect(outcome.unusedNames == ["1.png"] && outcome.withoutPoints == ["a/1.png"])
        #expect(!outcome.isComplete)
    }
}
