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
                ["align", "set", "out", "--detect"], ["pack", "set", "train.rec", "--detect"],
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
            (["pack", "set", "train.rec", "--face", "best"], "--face is of use with it alone"),
            (["pack", "set", "train.rec", "--detector", "centerface"], "--detect is missing"),
            (["pack", "set", "train.rec", "--detect", "--template", "vgg"], "--template"),
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

    /// A network in TorchScript that gives 6 numbers an image of 32x32.
    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("TorchTests/Fixtures/network.pt")
    private static let network = ["--input-size", "32", "--threads", "1"]

    @Test("Options of detection are refused without it, wherever pictures enter")
    func withoutDetection() throws {
        try withFolder { folder in
            try writeSet(folder)
            let tool = Tool(folder: folder)
            let net = Self.script.path
            try FileManager.default.copyItem(
                at: Self.script, to: folder.appendingPathComponent("net.pt"))
            #expect(
                try tool.run(["gallery", "create", "g.db", "net.pt"] + Self.network).status == 0)
            let picture = "set/ann/0.png"
            for words in [
                ["embed", net, "set", "--output", "e.npy"],
                ["verify", net, picture, picture, "--threshold", "0.5"],
                ["gallery", "enrol", "g.db", "set"],
            ] {
                let outcome = try tool.run(words + ["--min-side", "20"] + Self.network)
                #expect(outcome.status == 2, "\(outcome.errors)")
                #expect(outcome.errors.contains("--min-side is of use with it alone"))
                let none = try tool.run(
                    words + ["--detect"] + Self.network,
                    environment: ["FACET_DETECTORS": folder.path])
                #expect(none.status == 1, "\(none.errors)")
                #expect(none.errors.contains("scripts/bootstrap detectors"), "\(none.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/e.npy"))
        }
    }

    @Test(
        "Photographs are embedded, compared, enrolled, identified and packed as aligned faces are",
        .enabled("FACET_DATA or FACET_DETECTORS is not set") { originals != nil })
    func photographs() throws {
        let originals = try #require(Self.originals)
        try withFolder { folder in
            let people = ["Aaron_Guiel", "Abdul_Rahman", "Ajit_Agarkar"]
            for person in people {
                let target = folder.appendingPathComponent("photos/\(person)")
                try FileManager.default.createDirectory(
                    at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    at: originals.appendingPathComponent(person), to: target)
            }
            let count = try LabelledImageSet.folder(folder.appendingPathComponent("photos")).count
            let tool = Tool(folder: folder)
            try FileManager.default.copyItem(
                at: Self.script, to: folder.appendingPathComponent("net.pt"))
            func run(_ words: [String], status: Int32 = 0) throws -> Tool.Outcome {
                let outcome = try tool.run(words)
                #expect(outcome.status == status, "\(words): \(outcome.errors)")
                return outcome
            }
            _ = try run(["data", "align", "photos", "faces", "--detect", "--png"])
            let e = ["embed", "net.pt", "photos", "--output", "e.npy", "--detect"] + Self.network
            _ = try run(e)
            _ = try run(["embed", "net.pt", "faces", "--output", "f.npy"] + Self.network)
            let file = { (name: String) in folder.appendingPathComponent(name) }
            #expect(try Data(contentsOf: file("e.npy")) == Data(contentsOf: file("f.npy")))
            let one = "\(people[0])/\(people[0])_0001", other = "\(people[1])/\(people[1])_0001"
            func similarity(_ ending: String, _ folder: String, _ more: [String]) throws -> String {
                let words = [
                    "verify", "net.pt", "\(folder)/\(one).\(ending)",
                    "\(folder)/\(other).\(ending)", "--threshold", "0",
                ]
                let output = try run(words + more + Self.network).output
                return output.split(separator: "\n").first { $0.contains("similarity") }
                    .map(String.init) ?? ""
            }
            #expect(
                try similarity("jpg", "photos", ["--detect"]) == similarity("png", "faces", []))
            // A picture without a face is left out, and everything else is done.
            let grey = RGBImage(
                width: 80, height: 80, pixels: Array(repeating: 90, count: 80 * 80 * 3))
            try Data(ImageEncoder.png(grey)).write(to: file("photos/\(people[2])/grey.png"))
            let left = try run(e, status: 1)
            #expect(left.errors.contains("\(people[2])/grey.png"), "\(left.errors)")
            #expect(left.errors.contains("1 picture was left out"), "\(left.errors)")
            #expect(try Data(contentsOf: file("e.npy")) == Data(contentsOf: file("f.npy")))
            _ = try run(["gallery", "create", "g.db", "net.pt"] + Self.network)
            let enrolled = try run(
                ["gallery", "enrol", "g.db", "photos", "--detect"] + Self.network, status: 1)
            #expect(
                enrolled.errors.contains("\(count) pictures of 3 people enrolled"),
                "\(enrolled.errors)")
            #expect(enrolled.errors.contains("grey.png' can be aligned: no face was found in it"))
            let who = try run(
                [
                    "gallery", "identify", "g.db", "photos/\(one).jpg",
                    "photos/\(people[2])/grey.png", "--detect", "--threshold", "0.9", "--json",
                ] + Self.network, status: 1)
            let found = try JSONSerialization.jsonObject(with: Data(who.output.utf8))
            let rows = try #require(found as? [[String: Any]])
            #expect(rows.count == 2 && rows[0]["person"] as? String == people[0])
            #expect((rows[1]["candidates"] as? [Any])?.isEmpty == true)
            let packed = try run(
                ["data", "pack", "photos", "p/train.rec", "--detect"], status: 1)
            #expect(packed.output.contains("\(count) images were written"), "\(packed.output)")
            let pack = try LabelledImageSet.open(file("p/train.rec").path)
            let faces = try LabelledImageSet.folder(file("faces"))
            #expect(pack.identities == faces.identities && pack.labels == faces.labels)
            for index in 0..<count {
                #expect(
                    try pack.source.bytes(of: index)
                        == ImageEncoder.jpeg(faces.source.image(index), quality: 95))
            }
        }
    }
}
