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
            (["pack", "set", "train.rec", "--face", "best"], "--face requires it"),
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

    @Test("The pictures of a folder without people's folders are aligned by landmarks")
    func flatFolder() throws {
        try withFolder { folder in
            let pixels = (0..<64 * 64 * 3).map { UInt8($0 % 251) }
            let image = RGBImage(width: 64, height: 64, pixels: pixels)
            let flat = folder.appendingPathComponent("flat")
            try FileManager.default.createDirectory(at: flat, withIntermediateDirectories: true)
            var lines = ""
            for name in ["1.png", "2.png"] {
                try Data(ImageEncoder.png(image)).write(to: flat.appendingPathComponent(name))
                lines += "\(name) 20 20 44 20 32 32 22 44 42 44\n"
            }
            try Data(lines.utf8).write(to: folder.appendingPathComponent("points.txt"))
            let tool = Tool(folder: folder)
            let aligned = try tool.run("data", "align", "flat", "points.txt", "out", "--png")
            #expect(aligned.status == 0, "\(aligned.errors)")
            #expect(aligned.output.contains("2 faces were written"), "\(aligned.output)")
            let files = try FileManager.default.contentsOfDirectory(
                atPath: folder.appendingPathComponent("out").path)
            #expect(files.filter { !$0.hasPrefix(".") }.sorted() == ["1.png", "2.png"])
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("empty"), withIntermediateDirectories: true)
            let empty = try tool.run("data", "align", "empty", "points.txt", "out2")
            #expect(empty.status == 1)
            #expect(empty.errors.contains("holds no identity folders"), "\(empty.errors)")
        }
    }

    private static let hasWeights = ProcessInfo.processInfo.environment["FACET_DETECTORS"] != nil

    @Test(
        "All pictures of a folder are searched, in whatever folders they lie, and faces are warned of",
        .enabled("FACET_DETECTORS is not set") { hasWeights })
    func looseFolder() throws {
        try withFolder { folder in
            let tool = Tool(folder: folder)
            let drawn = try tool.run(
                "data", "synthesize", "pairs", "faces", "--scale", "0.01", "--size", "224",
                "--threads", "1")
            #expect(drawn.status == 0, "\(drawn.errors)")
            let all = try LabelledImageSet.folder(folder.appendingPathComponent("faces"))
            let names = ["loose.jpg", "album/1.jpg", "album/deep/2.jpg"]
            for (index, name) in names.enumerated() {
                let file = folder.appendingPathComponent("photos/\(name)")
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(all.source.bytes(of: index)).write(to: file)
            }
            let found = try tool.run(
                "data", "detect", "photos", "--output", "l.csv", "--threads", "1")
            #expect(found.status == 0, "\(found.errors)")
            #expect(found.output.contains("in 3 pictures, of which 3 have one"), "\(found.output)")
            let csv = try String(
                contentsOf: folder.appendingPathComponent("l.csv"), encoding: .utf8)
            #expect(
                csv.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
                    == ["album/1.jpg", "album/deep/2.jpg", "loose.jpg"])
            // A flat one, and a set that is one file.
            for name in ["photos/album/deep", "faces.zip"] {
                if name.hasSuffix("zip") {
                    #expect(try tool.run("data", "convert", "faces", name).status == 0)
                }
                let outcome = try tool.run("data", "detect", name, "--threads", "1")
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            try FileManager.default.copyItem(
                at: Self.script, to: folder.appendingPathComponent("net.pt"))
            // The faces have some 200 pixels, which is little for 512.
            let large = ["--detect", "--input-size", "512", "--threads", "1"]
            let warning = " pixels and is enlarged to 512x512"
            let compared = try tool.run(
                [
                    "verify", "net.pt", "photos/loose.jpg", "photos/album/1.jpg", "--threshold",
                    "0",
                    "--json",
                ] + large)
            if compared.status == 0 {
                let object = try JSONSerialization.jsonObject(with: Data(compared.output.utf8))
                let pictures = (object as? [String: Any])?["pictures"] as? [[String: Any]]
                let first = try #require(pictures?.first)
                let size = try #require(first["faceSize"] as? Double)
                #expect(size > 100 && size < 256)
                #expect(abs(try #require(first["yaw"] as? Double)) <= 90)
                #expect(abs(try #require(first["roll"] as? Double)) < 60)
                let warnings = try #require(first["warnings"] as? [String])
                #expect(warnings.contains { $0.hasSuffix(warning) }, "\(warnings)")
                let embedded = try tool.run(
                    ["embed", "net.pt", "photos", "--output", "e.npy"] + large)
                #expect(embedded.status == 0)
                #expect(embedded.errors.contains("3 pictures have a face that is small"))
                #expect(
                    embedded.errors.contains("loose.jpg: its face has only"), "\(embedded.errors)")
            } else {
                Issue.record("\(compared.errors)")
            }
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
                #expect(outcome.errors.contains("--min-side requires it"))
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
