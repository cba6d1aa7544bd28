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

    /// Points of which each face alone might be one's, and none of the set is.
    @Test func aSetInAnotherOrderIsRefusedBeforeAnythingIsWritten() throws {
        let order = [3, 0, 2, 4, 1]
        let names = (0..<20).map { "a/\($0).png" }
        let lines = names.enumerated().map { number, name in
            let scale = 0.5 + Double(number) / 100
            let points = FacePoints.template(side: 112).points
            let numbers = order.flatMap { [points[$0].x * scale, points[$0].y * scale + 2] }
            return "\(name) \(numbers.map { "\($0)" }.joined(separator: " "))\n"
        }
        let error = refusal { _ = try align(lines.joined(), names) }
        guard case .unknownFormat(let path, let reason) = error else {
            Issue.record("\(error.map { "\($0)" } ?? "no error")")
            return
        }
        #expect(path.hasSuffix("/l.txt"))
        #expect(reason.contains("in 20 faces of the set they lie"))
        #expect(reason.contains("left mouth corner, left eye, nose, right mouth corner, right eye"))
        #expect(!FileManager.default.fileExists(atPath: out.path))
    }

    @Test func linksBelowTheFolderAreNotFollowed() throws {
        try folder.write("notes", to: "victim/1.png")
        try folder.write("", to: "out/.keep")
        let place = out.appendingPathComponent("a")
        try FileManager.default.createSymbolicLink(
            at: place, withDestinationURL: folder.url.appendingPathComponent("victim"))
        let error = refusal { _ = try align("a/1.png \(Self.points(scale: 0.5))\n") }
        #expect(error == .cannotWrite(path: place.path, reason: "it is a symbolic link; remove it"))
        let victim = folder.url.appendingPathComponent("victim/1.png")
        #expect(try String(contentsOf: victim, encoding: .utf8) == "notes")
    }
}
