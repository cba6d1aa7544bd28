import FaceData
import Foundation
import Testing

@Suite struct LandmarkFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func file(_ text: String) throws -> LandmarkFile {
        try LandmarkFile(try folder.write(text, to: "l.txt"))
    }

    private static let standard = "1 2 3 4 5 6 7 8 9 10"
    private static let quoted = "\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\""

    @Test(arguments: [
        "a/1.jpg\t1\t2\t3\t4\t5\t6\t7\t8\t9\t10\n",
        "a/1.jpg;1;2;3;4;5;6;7;8;9;10;\n",
        "202599\nlefteye_x lefteye_y righteye_x righteye_y nose_x nose_y l r l r\n"
            + "a/1.jpg  \(standard)\n",
        "202599\nlefteye_x lefteye_y righteye_x righteye_y nose_x nose_y leftmouth_x leftmouth_y "
            + "rightmouth_x rightmouth_y\na/1.jpg \(standard)\n",
        "image_id,lefteye_x,lefteye_y,righteye_x,righteye_y,nose_x,nose_y,leftmouth_x,"
            + "leftmouth_y,rightmouth_x,rightmouth_y\r\na/1.jpg,1,2,3,4,5,6,7,8,9,10\r\n",
        "NAME_ID,P1X,P1Y,P2X,P2Y,P3X,P3Y,P4X,P4Y,P5X,P5Y\n\"x\",1,2,3,4,5,6,7,8,9,10\n"
            + "\"a/1\",\(quoted)\n",
        "0\ta/1.jpg\t5\t0\t0\t9\t9\t1\t3\t5\t7\t9\t2\t4\t6\t8\t10\n",
        "x1,x2,x3,x4,x5,y1,y2,y3,y4,y5,path\n1,3,5,7,9,2,4,6,8,10,a/1.jpg\n",
        "id,file,x1,y1,x2,y2,score,lmk0_x,lmk0_y,lmk1_x,lmk1_y,lmk2_x,lmk2_y,lmk3_x,lmk3_y,"
            + "lmk4_x,lmk4_y\n7,a/1.jpg,0,0,9,9,.9,1,2,3,4,5,6,7,8,9,10\n",
        "image,nose_x,nose_y,re_x,re_y,le_x,le_y,rm_x,rm_y,lm_x,lm_y\n"
            + "a/1.jpg,5,6,3,4,1,2,9,10,7,8\n",
        "a\\1.jpg,\(standard.replacingOccurrences(of: " ", with: ", "))\n",
        "./a/1.jpg \(standard)\n./a/1.jpg \(standard)\n",
    ])
    func readsLandmarksInCirculation(text: String) throws {
        let file = try file(text)
        let expected = [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        #expect(
            file.faces(of: "a/1.jpg").map { $0.points.flatMap { [$0.x, $0.y] } } == [expected])
        #expect(file.faces(of: "b/1.jpg").isEmpty)
    }

    @Test("A list with fewer lines than it announces may be truncated", arguments: [1, 2, 3])
    func announcedLines(announced: Int) throws {
        let titles = "lefteye_x lefteye_y righteye_x righteye_y nose_x nose_y l r l r"
        let faces = "a/1.jpg \(Self.standard)\nb/1.jpg \(Self.standard)\n"
        for text in ["\(announced)\n\(titles)\n\(faces)", "\(announced)\n\(faces)"] {
            let file = try file(text)
            #expect(file.count == 2)
            let isTold = file.warnings.contains {
                $0.contains("announces \(announced) line") && $0.contains("but 2 follow")
            }
            #expect(isTold == (announced != 2), "\(file.warnings)")
        }
        #expect(try file(faces).warnings.isEmpty)
    }

    @Test func namesMayHaveSpacesAndCommas() throws {
        #expect(try file("Ann Lee/1.jpg \(Self.standard)\n").faces(of: "Ann Lee/1.jpg").count == 1)
        let text = "path,\(Self.columns)\n\"Lee, \"\"Ann\"\"/1.jpg\",\(Self.quoted)\n"
        #expect(try file(text).faces(of: "Lee, \"Ann\"/1.jpg").count == 1)
    }

    private static let columns = (1...5).map { "p\($0)x,p\($0)y" }.joined(separator: ",")

    @Test func facesOfOnePictureAreKept() throws {
        let file = try file("a/1.jpg \(Self.standard)\na/1.jpg 9 9 9 9 9 9 9 9 9 1\n")
        #expect(file.count == 1 && file.faces(of: "a/1.jpg").count == 2)
        #expect(file.faces(of: "a/1.jpg")[0].points[0] == .init(1, 2))
    }

    @Test func endingsTellPicturesApart() throws {
        let file = try file(
            "a/1.jpg \(Self.standard)\na/1.png 9 9 9 9 9 9 9 9 9 1\nb/1 \(Self.standard)\n")
        #expect(file.faces(of: "a/1.jpg")[0].points[0] == .init(1, 2))
        #expect(file.faces(of: "a/1.png")[0].points[0] == .init(9, 9))
        // Two may be meant.
        #expect(file.faces(of: "a/1.webp").isEmpty)
        #expect(file.faces(of: "b/1.jpg").count == 1)
    }

    @Test func picturesWithoutAFaceAreNone() throws {
        let file = try file("path,\(Self.columns)\na.jpg,,,,,,,,,,\nb.jpg,\(Self.quoted)\n")
        #expect(file.faces(of: "a.jpg").isEmpty && file.faces(of: "b.jpg").count == 1)
    }

    @Test(arguments: [
        ("a 1 2\n", 1), ("a 1 2 3 4 5 6 7 8 9 10\na 1\n", 2), ("x\n", 1), ("", 1),
        // Numbers that are no points must not be taken for them, nor for a name.
        ("a 0 0 9 9 1 2 3 4 5 6 7 8 9 10\n", 1), ("a 1 2 3 4 5 6 7 8 9 nan\n", 1),
        ("path,x1,y1,x2,y2\na,1,2,3,4\n", 2),
    ])
    func namesTheLineThatIsNone(text: String, line: Int) throws {
        let error = refusal { _ = try file(text) }
        guard case .line(_, line, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
