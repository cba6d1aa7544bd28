import Foundation
import Testing

@testable import FaceData

/// Files of sets that are not read, and what is said of them.
@Suite struct ForeignSetTests {
    @Test(arguments: [
        (
            "train.pq", "PAR1....PAR1", "it is Parquet; give it a name that ends in .parquet"
        ),
        ("data.arrow", "ARROW1..", "it is an Arrow file of Hugging Face's datasets"),
        ("set.tar.gz", "\u{1f}\u{8b}......", "run 'gunzip set.tar.gz' first"),
        ("set.tar.zst", "(\u{b5}/\u{fd}....", "run 'unzstd set.tar.zst' first"),
        ("set.tbz", "BZh91AY", "run 'bunzip2 set.tbz' first"),
        ("face.jpg", "\u{ff}\u{d8}\u{ff}\u{e0}......", "it is a single image; give a folder"),
    ])
    func whatItIsAndWhatToDo(name: String, content: String, sentence: String) throws {
        let folder = try TemporaryFolder()
        let bytes = content.unicodeScalars.map { UInt8($0.value) }
        let file = try folder.write(bytes, to: name)
        let error = refusal { _ = try LabelledImageSet.open(file.path) }
        #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
    }

    @Test(
        "A file in a test set's place is named for what it is",
        arguments: [
            ("pairs.txt", "10\t300\nAnn\t1\t2\n", "give the folder of its images first"),
            ("pairs.csv", "img1,img2,label\n", "give the folder of its images first"),
            ("study.json", "{}", "give the folder of its images first"),
            ("face.jpg", "\u{ff}\u{d8}\u{ff}\u{e0}......", "it is a single image; give a folder"),
            ("train.rec", "\u{0a}\u{23}\u{d7}\u{ce}....", "it is a training set, which has no"),
            ("set.zip", "PK\u{3}\u{4}....", "it is a ZIP archive; unpack it"),
            ("model.onnx", "\u{8}\u{7}\u{12}\u{0}....", "it is no verification pack (.bin)"),
        ])
    func noTestSet(name: String, content: String, sentence: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(content.unicodeScalars.map { UInt8($0.value) }, to: name)
        for pairs in ["", "pairs.txt"] {
            let error = refusal { _ = try VerificationPairs.open(images: file, pairs: pairs) }
            #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
        }
    }

    @Test func aFolderOfArrowFilesIsOne() throws {
        let folder = try TemporaryFolder()
        try folder.write("ARROW1....", to: "hub/data/train-00000-of-00001.arrow")
        let error = refusal {
            _ = try LabelledImageSet.open(folder.url.appendingPathComponent("hub").path)
        }
        #expect(error?.description.contains("train-00000-of-00001.arrow' cannot be used") == true)
    }

    @Test func aListIsStillAList() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a/1.jpg\t0\n", to: "list.parquet.txt")
        #expect(try LabelledImageSet.open(file.path).count == 1)
    }
}
