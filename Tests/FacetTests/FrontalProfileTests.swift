import Foundation
import Testing

/// Celebrities in Frontal-Profile in small, in the layout it is published in: eight people with four
/// frontal faces and two profiles, ten splits.
private struct TinyCelebrities {
    let folder: URL
    private static let people = 8
    private static let counts = ["frontal": 4, "profile": 2]

    /// Takes the pictures of the training set of tiny faces.
    init(_ faces: TinyFaces, in folder: URL) throws {
        self.folder = folder.appendingPathComponent("cfp-dataset")
        for kind in ["frontal", "profile"] {
            var list = ""
            for person in 0..<Self.people {
                for image in 1...(Self.counts[kind] ?? 0) {
                    let path = "Data/Images/00\(person + 1)/\(kind)/0\(image).jpg"
                    let number = person * (Self.counts[kind] ?? 0) + image
                    list += "\(number) ../\(path)\n"
                    let picture =
                        "P\(person)/P\(person)_000\(kind == "frontal" ? image : 6 + image).jpg"
                    try write(
                        Data(contentsOf: faces.train.appendingPathComponent(picture)), to: path)
                }
            }
            let name = kind == "frontal" ? "F" : "P"
            try write(Data(list.utf8), to: "Protocol/Pair_list_\(name).txt")
        }
        for split in 1...10 {
            for part in ["FF", "FP"] {
                for same in [true, false] {
                    let pairs = Self.pairs(part, split, same: same)
                    let lines = pairs.map { "\($0.first),\($0.second)\n" }.joined()
                    let number = split < 10 ? "0\(split)" : "10"
                    try write(
                        Data(lines.utf8),
                        to: "Protocol/Split/\(part)/\(number)/\(same ? "same" : "diff").txt")
                }
            }
        }
    }

    /// Pairs of image numbers: each split has two people, and their neighbours for the others.
    private static func pairs(
        _ part: String, _ split: Int, same: Bool
    ) -> [(first: Int, second: Int)] {
        let each = part == "FF" ? 4 : 2
        return [split % people, (split + 3) % people].flatMap { person in
            (0..<2).map { image in
                let other = same ? person : (person + 1 + image) % people
                return (4 * person + image + 1, each * other + (image + 1) % each + 1)
            }
        }
    }

    /// The same pairs as a plain list, for a folder that holds only the images.
    func list(_ part: String) -> String {
        let kind = part == "FF" ? "frontal" : "profile"
        let each = Self.counts[kind] ?? 1
        func path(_ kind: String, _ each: Int, _ number: Int) -> String {
            "00\((number - 1) / each + 1)/\(kind)/0\((number - 1) % each + 1).jpg"
        }
        return (1...10).flatMap { split in
            [true, false].flatMap { same in
                Self.pairs(part, split, same: same).map {
                    "\(path("frontal", 4, $0.first)) \(path(kind, each, $0.second)) "
                        + "\(same ? 1 : 0) \(split - 1)\n"
                }
            }
        }.joined()
    }

    private func write(_ data: Data, to path: String) throws {
        let file = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
    }
}

@Suite("Celebrities in Frontal-Profile, end to end")
struct FrontalProfileTests {
    @Test("A checkpoint is tested by both protocols, as by lists of the same pairs")
    func evaluation() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let celebrities = try TinyCelebrities(faces, in: folder)
            let tool = Tool(folder: folder)
            let study = try tool.run(
                ["compare", "--train", "tiny=train set", "--test", "cfp=cfp-dataset,FP"]
                    + TinyFaces.fast
                    + ["--losses", "softmax", "--epochs", "2", "--output", "study"])
            #expect(study.status == 0, "\(study.errors)")
            let runs = folder.appendingPathComponent("study/runs")
            let run = try #require(
                try FileManager.default.contentsOfDirectory(atPath: runs.path).first)
            let model = "study/runs/\(run)/model.safetensors"
            for part in ["FP", "FF"] {
                try Data(celebrities.list(part).utf8).write(
                    to: folder.appendingPathComponent("\(part).txt"))
            }
            func figures(_ sources: [String], _ more: String...) throws -> [String: NSDictionary] {
                let outcome = try tool.run(
                    ["evaluate", model, "--threads", "1", "--precision", "float32", "--json"]
                        + zip(["fp", "ff"], sources).flatMap { ["--test", "\($0)=\($1)"] } + more)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
                return try #require(object as? [String: NSDictionary])
            }
            let direct = try figures(["cfp-dataset,FP", "cfp-dataset,FF"], "--output", "out")
            let images = "cfp-dataset/Data/Images"
            #expect(try figures(["\(images),FP.txt", "\(images),FF.txt"]) == direct)
            #expect(direct["fp"] != direct["ff"])
            for name in ["fp", "ff"] {
                let scores = folder.appendingPathComponent("out/scores/\(name).csv")
                let lines = try String(contentsOf: scores, encoding: .utf8).split(separator: "\n")
                #expect(lines.count == 81)
                let folds = (direct[name]?["protocols"] as? [[String: Any]])?.first?["folds"]
                #expect((folds as? [Any])?.count == 10)
            }
            // Packed, it is the .bin that others have.
            #expect(try tool.run("data", "pack", "cfp-dataset,FP", "fp.bin").status == 0)
            let packed = try figures(["fp.bin", "cfp-dataset,FF"])
            #expect(
                packed["fp"]?["protocols"] as? NSArray == direct["fp"]?["protocols"] as? NSArray)
            let question = try tool.run("evaluate", model, "--test", "cfp=cfp-dataset")
            #expect(question.status == 1 && question.errors.contains("add ',FP' or ',FF'"))
        }
    }
}
