import FaceData
import Foundation
import SeededRandom
import Testing

@Suite("No image is lost or mixed, end to end")
struct KeptImagesTests {
    private func write(_ picture: Int, to file: URL) throws {
        var stream = SeededRandom(seed: UInt64(picture), "picture")
        let image = RGBImage(
            width: 20, height: 20,
            pixels: (0..<1200).map { _ in UInt8(stream.below(256)) })
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(ImageEncoder.png(image)).write(to: file)
    }

    private func files(_ folder: URL) throws -> [String] {
        let all = FileManager.default.enumerator(atPath: folder.path)?.allObjects ?? []
        return all.compactMap { $0 as? String }.filter { $0.hasSuffix("g") }.sorted()
    }

    @Test("CFP unpacked is CFP: its images, its pairs, its people")
    func celebrities() throws {
        try withFolder { folder in
            var lists = ["F": "", "P": ""]
            for person in 1...4 {
                for (letter, kind, count) in [("F", "frontal", 3), ("P", "profile", 2)] {
                    for image in 1...count {
                        let path = "Data/Images/00\(person)/\(kind)/0\(image).jpg"
                        try write(
                            100 * person + 10 * count + image,
                            to: folder.appendingPathComponent("cfp/\(path)"))
                        lists[letter, default: ""] +=
                            "\((person - 1) * count + image) ../\(path)\n"
                    }
                }
            }
            let split = folder.appendingPathComponent("cfp/Protocol/Split/FP/01")
            try FileManager.default.createDirectory(at: split, withIntermediateDirectories: true)
            try Data("1,1\n5,4\n7,5\n12,8\n".utf8).write(
                to: split.appendingPathComponent("same.txt"))
            try Data("2,3\n4,6\n8,7\n11,2\n".utf8).write(
                to: split.appendingPathComponent("diff.txt"))
            let tool = Tool(folder: folder)
            let early = try tool.run("data", "unpack", "cfp,FP", "out")
            #expect(early.status == 1)
            #expect(
                early.errors.contains("it lacks Protocol/Pair_list_F.txt")
                    && early.errors.contains("its folder Protocol holds Split"), "\(early.errors)")
            for (letter, list) in lists {
                try Data(list.utf8).write(
                    to: folder.appendingPathComponent("cfp/Protocol/Pair_list_\(letter).txt"))
            }
            let outcome = try tool.run("data", "unpack", "cfp,FP", "out")
            #expect(outcome.status == 0 && outcome.output.hasPrefix("16 images were written"))
            let images = try files(folder.appendingPathComponent("out"))
            #expect(images.count == 16 && images.contains("001/frontal-01.png"))
            let pairs = try VerificationPairs.open(
                images: folder.appendingPathComponent("out"), pairs: "")
            let source = try VerificationPairs.open(
                images: folder.appendingPathComponent("cfp"), pairs: "FP")
            #expect(pairs.pairs.count == 8 && pairs.identities == ["001", "002", "003", "004"])
            for (pair, original) in zip(pairs.pairs, source.pairs) {
                #expect(pair.same == original.same && pair.fold == original.fold)
                for (one, other) in [
                    (pair.first, original.first), (pair.second, original.second),
                ] {
                    #expect(try pairs.source.bytes(of: one) == source.source.bytes(of: other))
                }
            }
        }
    }

    @Test("Images of one name and several endings all stay when they get one ending")
    func oneStem() throws {
        try withFolder { folder in
            for (seed, name) in ["1.jpg", "1.jpeg", "1.png", "2.png"].enumerated() {
                try write(seed, to: folder.appendingPathComponent("set/ann/\(name)"))
            }
            let tool = Tool(folder: folder)
            let outcome = try tool.run("data", "import", "set", "out", "--size", "16", "--png")
            #expect(outcome.status == 0)
            #expect(outcome.output.hasPrefix("4 images were written"))
            #expect(outcome.output.contains("2 images have another file name"))
            #expect(outcome.output.contains("ann/1.jpg is ann/1-2.png"))
            let images = try files(folder.appendingPathComponent("out"))
            #expect(images == ["ann/1-2.png", "ann/1-3.png", "ann/1.png", "ann/2.png"])
            let again = try tool.run("data", "import", "set", "out", "--size", "16", "--png")
            #expect(again.output.contains("4 were there already"))
            let other = try tool.run("data", "import", "set", "out", "--size", "24", "--png")
            #expect(
                other.status == 1 && other.errors.contains("it already exists with other content"))
        }
    }

    @Test("A set is not written over itself")
    func noSource() throws {
        try withFolder { folder in
            for seed in 0..<4 {
                try write(seed, to: folder.appendingPathComponent("set/p\(seed / 2)/\(seed).png"))
            }
            let tool = Tool(folder: folder)
            #expect(try tool.run("data", "pack", "set", "train.rec").status == 0)
            let list = try Data(contentsOf: folder.appendingPathComponent("train.lst"))
            for (words, file) in [
                (["pack", "train.lst,set", "train.rec"], "train.lst"),
                (["import", "train.rec", "train.rec", "--size", "8"], "train.rec"),
                (["sheet", "set", "set/p0/0.png"], "0.png"),
            ] {
                let outcome = try tool.run(["data"] + words)
                #expect(outcome.status == 1)
                #expect(
                    outcome.errors.contains("\(file)'")
                        && outcome.errors.contains("it is the set being read"),
                    "\(outcome.errors)")
            }
            #expect(try Data(contentsOf: folder.appendingPathComponent("train.lst")) == list)
            // What is written into the folder would be an identity when it is read again.
            for words in [
                ["unpack", "set", "set/new"], ["convert", "set", "set/p0/new.rec"],
                ["import", "set", "./set/./new", "--size", "8"], ["sheet", "set", "set/p1/s.png"],
                ["align", "set", "train.lst", "set/aligned"],
            ] {
                let outcome = try tool.run(["data"] + words)
                #expect(
                    outcome.status == 1
                        && outcome.errors.contains("it is inside the folder being read"),
                    "\(words): \(outcome.output)\(outcome.errors)")
            }
            #expect(try files(folder.appendingPathComponent("set")).count == 4)
            #expect(try tool.run("data", "unpack", "set", "setnew").status == 0)
            // In place, images would be replaced.
            let import8 = try tool.run("data", "import", "set", "set", "--size", "8", "--png")
            #expect(import8.status == 1, "\(import8.output)")
            #expect(try LabelledImageSet.folder(folder.appendingPathComponent("set")).count == 4)
        }
    }

    @Test("align says which faces it did not make, and ends with 1")
    func align() throws {
        try withFolder { folder in
            try write(0, to: folder.appendingPathComponent("set/ann/0.png"))
            let points = FacePoints.template(side: 112).points.map { ($0.x / 6, $0.y / 6) }
            let good = points.map { "\($0.0) \($0.1)" }.joined(separator: " ")
            let crossed = (points.map { "\($0.0)" } + points.map { "\($0.1)" })
                .joined(separator: " ")
            let smaller = points.map { "\($0.0 / 2) \($0.1 / 2)" }.joined(separator: " ")
            let tool = Tool(folder: folder)
            for (text, words, status, parts) in [
                ("ann/0.png \(good)", [], 0, ["1 face was written"]),
                ("ann/0.png \(crossed)", [], 1, ["would fit as five x and then five y"]),
                (
                    "ann/0.png \(good)\nann/0.png \(smaller)", [], 1,
                    ["--face largest, central or first"]
                ),
                (
                    "ann/0.png \(good)\nann/0.png \(smaller)", ["--face", "largest"], 0,
                    ["1 face was written"]
                ),
                (
                    "0.png \(good)", [], 1,
                    ["no faces were aligned", "as '0.png'", "as 'ann/0.png'"]
                ),
                ("ann/0.png \(good)", ["--face", "oldest"], 2, ["largest, central, first"]),
            ] as [(String, [String], Int32, [String])] {
                try Data((text + "\n").utf8).write(to: folder.appendingPathComponent("l.txt"))
                let out = UUID().uuidString
                let outcome = try tool.run(["data", "align", "set", "l.txt", out] + words)
                #expect(outcome.status == status, "\(outcome.output)\(outcome.errors)")
                for part in parts {
                    #expect(
                        (outcome.output + outcome.errors).contains(part),
                        "\(part): \(outcome.output)\(outcome.errors)")
                }
                let count = try files(folder.appendingPathComponent(out)).count
                #expect(count == (status == 0 ? 1 : 0))
            }
        }
    }

    @Test("What a PNG says of its samples changes no pixel")
    func gamma() throws {
        try withFolder { folder in
            try write(1, to: folder.appendingPathComponent("set/a/plain.png"))
            let plain = try Data(contentsOf: folder.appendingPathComponent("set/a/plain.png"))
            // gAMA of 1.0 in front of the first IDAT, with its CRC.
            let index = try #require(plain.range(of: Data("IDAT".utf8))).lowerBound - 4
            let chunk: [UInt8] = [
                0, 0, 0, 4, 0x67, 0x41, 0x4d, 0x41, 0, 1, 0x86, 0xa0, 0x31, 0xe8, 0x96, 0x5f,
            ]
            try (plain.prefix(index) + Data(chunk) + plain.suffix(from: index)).write(
                to: folder.appendingPathComponent("set/a/gamma.png"))
            let tool = Tool(folder: folder)
            #expect(
                try tool.run("data", "import", "set", "out", "--size", "16", "--png").status == 0)
            let pictures = try ["plain", "gamma"].map {
                try Data(contentsOf: folder.appendingPathComponent("out/a/\($0).png"))
            }
            #expect(pictures[0] == pictures[1])
        }
    }
}
