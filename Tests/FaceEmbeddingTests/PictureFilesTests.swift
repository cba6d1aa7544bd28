import FaceData
import Foundation
import Testing

@testable import FaceEmbedding

@Suite("Pictures that a user names")
struct PictureFilesTests {
    /// A folder with empty files.
    private func withFiles(_ names: [String], _ body: (URL) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)").resolvingSymlinksInPath()
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        for name in names {
            let file = root.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(name.utf8).write(to: file)
        }
        try body(root)
    }

    private func names(_ urls: [URL], _ root: URL) -> [String] {
        urls.map { String($0.resolvingSymlinksInPath().path.dropFirst(root.path.count + 1)) }
    }

    @Test("All in a folder and below it, in the order of their paths, and nothing else")
    func found() throws {
        try withFiles(["b.JPG", "a/2.png", "a/1.jpeg", "notes.txt", ".hidden/3.jpg", "a/.4.jpg"]) {
            (root) throws in
            #expect(try names(PictureFiles.find(root), root) == ["a/1.jpeg", "a/2.png", "b.JPG"])
            let file = root.appendingPathComponent("notes.txt")
            #expect(try PictureFiles.find(file) == [file])
        }
    }

    @Test("A folder without pictures, and what is not there, are errors")
    func none() throws {
        try withFiles(["a/notes.txt"]) { (root) throws in
            #expect(
                throws: FaceDataError.unreadable(
                    path: root.path, reason: "the folder contains no pictures")
            ) { try PictureFiles.find(root) }
            let missing = root.appendingPathComponent("missing")
            #expect(
                throws: FaceDataError.unreadable(
                    path: missing.path, reason: "there is no such file")
            ) { try PictureFiles.find(missing) }
        }
    }

    @Test("A person is the first folder, however deep the pictures lie")
    func people() throws {
        try withFiles(["ben/1.jpg", "anna/2019/2.jpg", "anna/1.jpg"]) { root in
            let people = try PictureFiles.people(in: root)
            #expect(people.map(\.person) == ["anna", "ben"])
            #expect(names(people[0].pictures, root) == ["anna/1.jpg", "anna/2019/2.jpg"])
            #expect(names(people[1].pictures, root) == ["ben/1.jpg"])
        }
        try withFiles(["ben/1.jpg", "2.jpg"]) { (root) throws in
            let error = #expect(throws: FaceDataError.self) { try PictureFiles.people(in: root) }
            #expect(
                error?.description.contains(
                    "no folder says whose picture it is; give --person NAME")
                    == true)
        }
    }

    @Test("The hash is the file's SHA-256")
    func hash() throws {
        try withFiles(["abc"]) { (root) throws in
            // NIST's example for these three bytes.
            #expect(
                try PictureFiles.hash(root.appendingPathComponent("abc"))
                    == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
            #expect(throws: FaceDataError.self) {
                try PictureFiles.hash(root.appendingPathComponent("missing"))
            }
        }
    }
}
