import FaceData
import FaceRuns
import Foundation
import Testing

@Suite("Names, labels and files that are passed over, end to end")
struct NamesAndLabelsTests {
    private static func write(_ text: String, _ name: String, _ folder: URL) throws {
        try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }

    /// Names in a folder, ascending.
    private static func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("A removal list takes identities of a list out as the list writes them")
    func removal() throws {
        try withFolder { folder in
            _ = try TinyFaces(in: folder, identities: 3, imagesEach: 1)
            try Self.write(
                "train set/P0/P0_0001.jpg\t0166921\ntrain set/P1/P1_0001.jpg\t166921\n"
                    + "train set/P2/P2_0001.jpg\t#2\n", "list.txt", folder)
            try Self.write("0166921 # in the test set\n\\#2\n00166921\n", "gone.txt", folder)
            let outcome = try Tool(folder: folder).run(
                "data", "import", "list.txt", "out", "--without", "gone.txt", "--threads", "1")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try Self.names(folder.appendingPathComponent("out")) == ["166921"])
            #expect(outcome.errors.contains("removed 2 images, 2 identities among them whole"))
            #expect(outcome.errors.contains("'00166921' (is '0166921' meant?)"))
        }
    }

    @Test("People are found in the test set however its paths and their names are spelt")
    func overlap() throws {
        try withFolder { folder in
            _ = try TinyFaces(in: folder)
            for name in ["q0", "Q 1"] {
                try FileManager.default.copyItem(
                    at: folder.appendingPathComponent("train set/P0"),
                    to: folder.appendingPathComponent("train set/\(name)"))
            }
            try Self.write(
                "./test/Q0/Q0_0001.jpg ./test/Q0/Q0_0002.jpg 1\n"
                    + "test/Q1/Q1_0001.jpg test/Q0/Q0_0002.jpg 0\n", "list.txt", folder)
            let outcome = try Tool(folder: folder).run(
                "data", "check", "train set", "--against", "probe=.,list.txt", "--removal",
                "gone.txt")
            #expect(
                outcome.output.contains(
                    "2 people of 'probe' are also in the set (0 with the same name, 2 spelt "
                        + "differently: Q 1 = Q1, q0 = Q0)"), "\(outcome.output)")
            let gone = try RemovalList.read(folder.appendingPathComponent("gone.txt"))
            #expect(gone.names == ["Q 1", "q0"])
        }
    }

    @Test("Training and its report count what is passed over by kind")
    func passedOver() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let nested = faces.train.appendingPathComponent("P0/2019")
            try FileManager.default.createDirectory(at: nested, withIntermediateDirectories: true)
            try Self.write("x", "P0/1.tiff", faces.train)
            try Self.write("x", "P0/2019/1.jpg", faces.train)
            try Self.write("x", "P0/2019/2.JPG", faces.train)
            let outcome = try Tool(folder: folder).run(
                ["compare"] + faces.options + TinyFaces.fast
                    + ["--losses", "softmax", "--epochs", "1", "--output", "study"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let sentence =
                "3 files were passed over: 2 images in sub-folders of identities, 1 .tiff"
            #expect((outcome.output + outcome.errors).contains(sentence))
            let study = folder.appendingPathComponent("study")
            let report = try String(
                contentsOf: study.appendingPathComponent("report/report.md"), encoding: .utf8)
            #expect(report.contains("2 images in sub-folders of identities"), "\(report)")
        }
    }

    #if !canImport(Darwin)
        @Test("Folders whose names are not UTF-8 are read, named in any way")
        func otherEncodings() throws {
            try withFolder { folder in
                _ = try TinyFaces(in: folder, identities: 2, imagesEach: 2)
                let tool = Tool(folder: folder)
                let outcome = try tool.shell(
                    #"""
                    n=$(printf '\325\305\310\375') && mkdir -p "$n" && mv "train set/P0" "$n/$n" &&
                    mv "train set/P1" "$n/ann" && "$0" data check "$n" && "$0" data stats '\xD5\xC5\xC8\xFD'
                    """#, [])
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.output.contains("4 images of 2 identities"))
                #expect(
                    outcome.errors.contains(
                        #"1 name is not UTF-8 and shown as bytes, as in '\xD5\xC5\xC8\xFD'"#))
            }
        }
    #endif

    @Test(
        "A list of pairs without its first line is read as RFW's lists are, and one of neither form refused"
    )
    func missingHeader() throws {
        try withFolder { folder in
            _ = try TinyFaces(in: folder)
            try Self.write("Q0\t1\t2\nQ0\t1\tQ1\t2\n", "bare.txt", folder)
            let outcome = try Tool(folder: folder).run("data", "check", "test,bare.txt")
            #expect(!outcome.errors.contains("line 1"), "\(outcome.errors)")
            #expect(!outcome.output.contains("uneven"), "\(outcome.output)")
            #expect(
                (outcome.output + outcome.errors).contains(
                    "'bare.txt' does not have LFW's first line, '1 1'"))
            try Self.write("Q0 x\nQ0\t1\tQ1\t2\n", "odd.txt", folder)
            let odd = try Tool(folder: folder).run("data", "check", "test,odd.txt")
            #expect(odd.status == 1)
            #expect(odd.errors.contains("line 1: the header must be"), "\(odd.errors)")
        }
    }

    @Test("Pairs of one kind are an error")
    func oneKind() throws {
        try withFolder { folder in
            _ = try TinyFaces(in: folder)
            try Self.write("name,imagenum1,imagenum2\nQ0,1,2\nQ1,1,2\n", "same.csv", folder)
            let outcome = try Tool(folder: folder).run("data", "check", "test,same.csv")
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("error: all 2 pairs are labelled the same person"))
        }
    }
}
