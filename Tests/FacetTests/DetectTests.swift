import FaceData
import Foundation
import Testing

@Suite("Faces that the tool finds")
struct DetectTests {
    /// Two people, none of whom has a face.
    private func writeSet(_ folder: URL) throws {
        for (name, slope) in [("ann", 0), ("bea", 6)] {
            let file = folder.appendingPathComponent("set/\(name)/0.png")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            let pixels = (0..<40 * 40 * 3).map { UInt8($0 / 3 % 40 * slope) }
            let image = RGBImage(width: 40, height: 40, pixels: pixels)
            try Data(ImageEncoder.png(image)).write(to: file)
        }
    }

    @Test("Without weights, the command that installs them is named, and other checks go on")
    func withoutWeights() throws {
        try withFolder { folder in
            try writeSet(folder)
            let tool = Tool(folder: folder)
            let none = ["FACET_DETECTORS": folder.path]
            for words in [
                ["detect", "set"], ["detect", "set", "--detector", "centerface"],
                ["align", "set", "out", "--detect"],
            ] {
                let outcome = try tool.run(["data"] + words, environment: none)
                #expect(outcome.status == 1, "\(outcome.errors)")
                #expect(outcome.errors.contains("scripts/bootstrap detectors"), "\(outcome.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
            let check = try tool.run(["data", "check", "set"], environment: none)
            #expect(check.status == 0, "\(check.errors)")
        }
    }

    @Test(
        "What cannot be understood ends with 2",
        arguments: [
            (["align", "set", "l.txt", "out", "--detect"], "--detect cannot be combined"),
            (["align", "set", "out"], "<folder> is missing"),
            (["align", "set", "l.txt", "out", "--min-side", "20"], "--detect"),
            (["detect", "set", "--detector", "haar"], "mtcnn, centerface"),
            (["detect", "set", "--detector", "centerface", "--min-face", "30"], "--min-face"),
            (["detect", "set", "--min-face", "5"], "--min-face"),
            (
                ["align", "set", "l.txt", "out", "--template", "vgg"],
                "insightface, sphereface, dlib"
            ),
        ])
    func usage(words: [String], part: String) throws {
        try withFolder { folder in
            try writeSet(folder)
            let outcome = try Tool(folder: folder).run(["data"] + words)
            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(outcome.errors.contains(part), "\(outcome.errors)")
        }
    }

    private static var originals: URL? {
        let environment = ProcessInfo.processInfo.environment
        guard environment["FACET_DETECTORS"] != nil else { return nil }
        return environment["FACET_DATA"].map {
            URL(fileURLWithPath: $0).appendingPathComponent("alignment/originals")
        }
    }

    @Test(
        "Real pictures are detected, checked and aligned",
        .enabled("FACET_DATA or FACET_DETECTORS is not set") { originals != nil })
    func realPictures() throws {
        let originals = try #require(Self.originals)
        try withFolder { folder in
            let people = try FileManager.default.contentsOfDirectory(atPath: originals.path)
                .sorted().prefix(8)
            let set = folder.appendingPathComponent("set")
            try FileManager.default.createDirectory(at: set, withIntermediateDirectories: true)
            for person in people {
                try FileManager.default.copyItem(
                    at: originals.appendingPathComponent(person),
                    to: set.appendingPathComponent(person))
            }
            let count = try LabelledImageSet.folder(set).count
            let tool = Tool(folder: folder)
            let detected = try tool.run("data", "detect", "set", "--output", "l.csv")
            #expect(detected.status == 0, "\(detected.errors)")
            #expect(
                detected.output.contains("\(count) pictures, of which \(count) have one"),
                "\(detected.output)")
            let checked = try tool.run("data", "check", "set")
            #expect(checked.output.contains("the faces are not aligned"), "\(checked.output)")
            let found = try tool.run("data", "align", "set", "found", "--detect", "--png")
            #expect(found.output.contains("\(count) faces were written"), "\(found.output)")
            let again = try tool.run("data", "align", "set", "found", "--detect", "--png")
            #expect(again.output.contains("\(count) were there already"), "\(again.output)")
            let listed = try tool.run(
                "data", "align", "set", "l.csv", "listed", "--face", "first", "--png")
            #expect(listed.status == 0, "\(listed.errors)")
            let (one, other) = (
                try LabelledImageSet.folder(folder.appendingPathComponent("found")),
                try LabelledImageSet.folder(folder.appendingPathComponent("listed"))
            )
            for index in 0..<count {
                let difference = zip(
                    try one.source.image(index).pixels, try other.source.image(index).pixels
                ).map { abs(Int($0) - Int($1)) }.max()
                // Landmarks in the list have two decimal places.
                #expect(difference ?? 255 <= 4)
            }
            let aligned = try tool.run("data", "check", "found")
            #expect(!aligned.output.contains("not aligned"), "\(aligned.output)")
        }
    }
}
