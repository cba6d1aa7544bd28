import FaceData
import Foundation
import Testing

@Suite struct ImageListTests {
    private static func read(_ text: String) throws -> LabelledImageSet {
        let folder = try TemporaryFolder()
        return try LabelledImageSet.list(try folder.write(text, to: "list.txt"))
    }

    @Test(arguments: [
        "b/1.jpg 10\na/1.jpg 2\na/2.JPG 2\n", "10 b/1.jpg\n2 a/1.jpg\n2 a/2.JPG",
        "7\t10.000000\tb/1.jpg\n8\t2.0\ta/1.jpg\n9\t2.0\ta/2.JPG\n",
        "1\tb/1.jpg\t10\n1\ta/1.jpg\t2\t0\t0\t5\t5\n1\ta/2.JPG\t2\n",
        "b/1.jpg,10\r\na/1.jpg,2\r\na/2.JPG,2", "b/1.jpg;10\na/1.jpg; 2\n\"a/2.JPG\";2\n",
        "10;b/1.jpg\n2;a/1.jpg\n2;a/2.JPG",
    ])
    func readsListsInCirculation(text: String) throws {
        let set = try Self.read(text)
        #expect(set.identities == ["2", "10"])
        #expect(set.labels == [1, 0, 0])
        #expect(set.names == ["b/1.jpg", "a/1.jpg", "a/2.JPG"])
    }

    @Test(arguments: [
        "id,file_name,age,identity\n0,b/1.jpg,30,10\n1,a/1.jpg,,2\n2,a/2.JPG,41,2\n",
        "Identity\tsplit\tImage Path\n10\ttrain\tb/1.jpg\n2\ttrain\ta/1.jpg\n2\ttest\ta/2.JPG\n",
        "label,path,caption\n10,b/1.jpg,\"one, two\"\n2,a/1.jpg,x.jpg\n2,a/2.JPG,\n",
        "name,path,age\n10,b/1.jpg,30\n2,a/1.jpg,41\n2,a/2.JPG,41\n",
        "id;file_name;age;identity\n0;b/1.jpg;30;10\n1;a/1.jpg;;2\n2;a/2.JPG;41;2\n",
        "image x y w h name\nb/1.jpg 0 0 9 9 10\na/1.jpg 0 0 9 9 2\na/2.JPG 1 1 9 9 2\n",
        "3\nb/1.jpg 10\na/1.jpg 2\na/2.JPG 2\n", "photo who\nb/1.jpg 10\na/1.jpg 2\na/2.JPG 2\n",
    ])
    func titlesTellTheColumnsOfATable(text: String) throws {
        let set = try Self.read(text)
        #expect(set.identities == ["2", "10"])
        #expect(set.labels == [1, 0, 0])
        #expect(set.names == ["b/1.jpg", "a/1.jpg", "a/2.JPG"])
    }

    @Test(arguments: [
        ("path,age,label\na.jpg,1\n", "line 2: it has 2 columns, not 3"),
        ("path,age,label\na.jpg,1,\n", "line 2: it has no label"),
        ("path,age,label\n,1,x\n", "line 2: it has no path"),
    ])
    func tablesWithHolesAreRefused(text: String, reason: String) throws {
        let error = refusal { _ = try Self.read(text) }
        #expect(error?.description.contains(reason) == true)
    }

    /// A column that is the same in all lines says nothing of people.
    @Test func theColumnThatTellsPeopleApartHasTheLabels() throws {
        let lines = ["b/1.jpg,face,10,x", "a/1.jpg,face,2,y", "a/2.JPG,face,2,y"]
        func read(_ titles: String) throws -> LabelledImageSet {
            try Self.read(([titles] + lines).joined(separator: "\n"))
        }
        let set = try read("path,label,identity,name")
        #expect(set.identities == ["2", "10"] && set.labels == [1, 0, 0])
        #expect(
            set.warnings.contains {
                $0.contains("'label' is the same in all lines; 'identity' is used")
            })
        // Names beside numbers group the images alike, and nothing is said.
        #expect(try read("path,age,identity,name").warnings.isEmpty)
        let constant = try read("path,label,other,another")
        #expect(constant.identities == ["face"])
    }

    @Test func columnsThatGroupImagesDifferentlyAreTold() throws {
        let set = try Self.read(
            "path,label,identity\na/1.jpg,0,ann\na/2.jpg,1,ann\nb/1.jpg,0,ben\nb/2.jpg,1,ben\n")
        #expect(set.identities == ["0", "1"])
        #expect(
            set.warnings.contains {
                $0.contains("'label' and 'identity' group the images differently; 'label' is used")
            })
        // A column with another value in each line is no identity.
        let numbered = try Self.read(
            "path,identity,name\na/1.jpg,ann,1\na/2.jpg,ann,2\nb/1.jpg,ben,3\n")
        #expect(numbered.identities == ["ann", "ben"] && numbered.warnings.isEmpty)
    }

    /// As the lists of pairs, lists of images find files of another case or ending.
    @Test func filesMayBeSpeltDifferently() throws {
        let folder = try TemporaryFolder()
        for (path, text) in [("a/1.JPG", "x"), ("a/2.jpg", "y"), ("B/3.png", "z")] {
            try folder.write(text, to: path)
        }
        for text in [
            "a/1.jpg 0\na/2.jpg 0\nB/3.jpg 1\n",
            "path,age,label\na/1.jpg,,0\na/2.jpg,,0\nB/3.jpg,,1",
        ] {
            let set = try LabelledImageSet.list(try folder.write(text, to: "list.txt"))
            #expect(set.names == ["a/1.JPG", "a/2.jpg", "B/3.png"])
            #expect(try set.source.bytes(of: 2) == Array("z".utf8))
            #expect(
                set.warnings.contains {
                    $0.contains("2 files are spelt differently")
                        && $0.contains("'a/1.jpg' is 'a/1.JPG'")
                }, "\(set.warnings)")
        }
        // Files that are not there keep the list's paths.
        let gone = try LabelledImageSet.list(try folder.write("a/9.jpg 0\na/2.jpg 1", to: "l"))
        #expect(gone.names == ["a/9.jpg", "a/2.jpg"] && gone.warnings.isEmpty)
    }

    @Test func pathsMayHaveTheBackslashesOfWindows() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "ann lee/1.jpg")
        try folder.write("y", to: "b\\c.jpg")
        for text in ["ann lee\\1.jpg\t0\n", "id,path,label\n0,ann lee\\1.jpg,0\n"] {
            let set = try LabelledImageSet.list(try folder.write(text, to: "list.txt"))
            #expect(set.names == ["ann lee/1.jpg"])
            #expect(try set.source.bytes(of: 0) == [0x78])
        }
        // A backslash may also be a file's own.
        let own = try LabelledImageSet.list(try folder.write("b\\c.jpg\t0\n", to: "own.txt"))
        #expect(try own.source.bytes(of: 0) == [0x79])
    }

    @Test func labelsMayBeNames() throws {
        let set = try Self.read("x y/1.jpg\tZoë B\n2.jpg\tann\n")
        #expect(set.identities == ["Zoë B", "ann"])
        #expect(set.names == ["x y/1.jpg", "2.jpg"])
    }

    @Test(arguments: [
        ("", 1, "no images"), ("a.jpg", 1, "expected a path and a label"),
        ("a.jpg 1\nb.jpg", 2, "expected a path and a label"),
        ("a.jpg b.jpg 1", 1, "it names two images; a list of pairs"),
        ("1 a.jpg b.jpg", 1, "it names two images; a list of pairs"),
        ("a.jpg b.jpg", 1, "it names two images; a list of pairs"),
        ("a.jpg\tb.jpg\t1", 1, "it names two images; a list of pairs"),
        (
            "a.jpg 1\nvan dyke 1", 2,
            "path and label cannot be separated (3 fields, where the first line has 2)"
        ),
        (
            "a.jpg 1\n\nb.jpg 1 2", 3,
            "path and label cannot be separated (3 fields, where the first line has 2)"
        ),
        ("a.jpg 1\na.jpg b.jpg 1", 2, "path and label cannot be separated (3 fields"),
        ("7 a.jpg 1\n8 van dyke 2", 2, "path and label cannot be separated (4 fields"),
        ("# a.jpg 1\n\n#x\n", 1, "no images"),
        ("path,label\nname,label\n", 2, "expected a path and a label"),
        // A first line that is no header is an image, which must not be lost.
        ("a/1.gif 1\nb.jpg 2", 1, "expected a path and a label"),
        ("a.tif\tann\nb.jpg\tbob", 1, "expected a path and a label"),
        ("a/1.jpg\t\nb.jpg\t2", 1, "expected a path and a label"),
        ("a.jpg\nb.jpg 2", 1, "expected a path and a label"),
        ("ann/1 7\nb.jpg 2", 1, "expected a path and a label"),
        ("ann,7\nb.jpg,2", 1, "expected a path and a label"),
        ("path,age,who\nb.jpg,31,ann", 1, "the first line names 3 columns, but not which"),
        ("id;photo;age;who\n0,b.jpg,31,ann", 1, "the first line names 4 columns, but not which"),
    ])
    func refuses(text: String, line: Int, reason: String) throws {
        let error = refusal { _ = try Self.read(text) }
        guard case .line(_, line, let found) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found.contains(reason))
    }

    @Test func anotherFolderIsNamedBehindTheList() throws {
        let folder = try TemporaryFolder()
        let list = try folder.write("1.jpg 0\n", to: "lists/a.txt")
        try folder.write("x", to: "images, too/1.jpg")
        let root = folder.url.appendingPathComponent("images, too")
        let set = try LabelledImageSet.open("\(list.path),\(root.path)")
        #expect(try set.source.bytes(of: 0) == [0x78])
    }

    /// Labels that a number would join: each is an identity of its own, called as it is written.
    @Test(arguments: [
        ["0166921", "166921"], ["007", "7", "07"], ["5e1", "50", "0x32"], ["0x10", "16"],
        ["NaN", "Inf", "-0", "0"], ["-1", "0.5", "+1", "1"], ["7", "7.0", "7.000000"],
        ["123456789012345678901234567890", "123456789012345678901234567891"],
        ["25130987", "25130988", "25130989"], ["9007199254740993", "9007199254740992"],
    ])
    func aLabelIsItsText(labels: [String]) throws {
        for form in ["%/1.jpg\t#", "#\t%/1.jpg", "8\t#\t%/1.jpg", "1\t%/1.jpg\t#"] {
            let lines = labels.enumerated().map { index, label in
                form.replacingOccurrences(of: "%", with: "\(index)")
                    .replacingOccurrences(of: "#", with: label)
            }
            let set = try Self.read(lines.joined(separator: "\n"))
            #expect(set.identities.count == labels.count)
            #expect(
                set.labels.map { Array(set.identities[$0].utf8) } == labels.map { Array($0.utf8) })
            #expect(set.names == labels.indices.map { "\($0)/1.jpg" })
        }
    }

    /// One text in two forms of Unicode is one label: nobody sees the difference.
    @Test func formsOfUnicodeAreOneLabel() throws {
        let set = try Self.read("1.jpg\tJos\u{e9}\n2.jpg\tBob\n3.jpg\tJose\u{301}\n4.jpg\tJose")
        #expect(set.identities.count == 3)
        #expect(set.labels[0] == set.labels[2] && Set(set.labels).count == 3)
        #expect(
            set.warnings == [
                "1 name occurs in two forms of Unicode, which are taken for one person: 'Jos\u{e9}'"
            ])
    }

    @Test func identitiesAreInTheOrderOfNumbersOrOfBytes() throws {
        func order(_ labels: [String]) throws -> [String] {
            try Self.read(labels.map { "a.jpg\t\($0)" }.joined(separator: "\n")).identities
        }
        #expect(
            try order(["10", "9", "100000000000000000000", "0"])
                == ["0", "9", "10", "100000000000000000000"])
        #expect(try order(["0000099", "0000045", "1056413"]) == ["0000045", "0000099", "1056413"])
        #expect(try order(["10", "9", "b"]) == ["10", "9", "b"])
        #expect(try order(["7", "10", "007"]) == ["007", "10", "7"])
    }

    @Test func zerosThatIm2recWritesAreNotShown() throws {
        let set = try Self.read("0\t166921.000000\ta.jpg\n1\t7.0\tb.jpg\n2\t07.0\tc.jpg")
        #expect(set.identities == ["07.0", "166921", "7"])
        // But not where that would join two labels.
        let apart = try Self.read("0\t7.000000\ta.jpg\n1\t7\tb.jpg\n2\t8.0\tc.jpg")
        #expect(apart.identities == ["7", "7.000000", "8"])
        let warning = try #require(apart.warnings.first)
        #expect(warning.hasPrefix("1 number is written in several ways in the labels"))
        #expect(warning.contains("'7' and '7.000000'"))
        // Nor in another form than im2rec's.
        #expect(try Self.read("a.jpg\t7.0\nb.jpg\t8.0").identities == ["7.0", "8.0"])
    }

    @Test func theLabelOfUnknownPeopleIsTold() throws {
        let set = try Self.read("a.jpg 0\nb.jpg -1\nc.jpg -1\n")
        #expect(set.identities == ["-1", "0"])
        #expect(
            set.warnings.count == 1 && set.warnings[0].hasPrefix("2 images have the label '-1'"))
    }

    /// Paths of several words, in whatever line they stand first.
    @Test(arguments: [
        "adams/0.jpg 0\nvan dyke/0.jpg 1", "van dyke/0.jpg 1\nadams/0.jpg 0",
        "0 adams/0.jpg\n1 van dyke/0.jpg", "1 van dyke/0.jpg\n0 adams/0.jpg",
        "5 0 adams/0.jpg\n6 1 van dyke/0.jpg", "6 1.000000 van dyke/0.jpg\n5 0.000000 adams/0.jpg",
        "1 adams/0.jpg 0\n1 van dyke/0.jpg 1", "1 van dyke/0.jpg 1\n1 adams/0.jpg 0",
    ])
    func pathsMayHaveSpaces(text: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "adams/0.jpg")
        try folder.write("x", to: "van dyke/0.jpg")
        let set = try LabelledImageSet.list(try folder.write(text, to: "list.txt"))
        #expect(set.identities == ["0", "1"])
        #expect(Set(set.names) == ["adams/0.jpg", "van dyke/0.jpg"])
        for index in 0..<2 {
            #expect(
                set.identities[set.labels[index]] == (set.names[index].first == "a" ? "0" : "1"))
        }
    }

    @Test func aPathMayBeginWithANumber() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "12 dyke/0.jpg")
        try folder.write("x", to: "a/0.jpg")
        let list = try folder.write("0 7 a/0.jpg\n1 8 12 dyke/0.jpg\n", to: "list.txt")
        let set = try LabelledImageSet.list(list)
        #expect(set.names == ["a/0.jpg", "12 dyke/0.jpg"] && set.identities == ["7", "8"])
        let first = try folder.write("12 dyke/0.jpg 8\n", to: "first.txt")
        #expect(try LabelledImageSet.list(first).names == ["12 dyke/0.jpg"])
    }

    @Test func readsCSV() throws {
        let set = try Self.read(
            "path,label\n\"van, dyke/0.jpg\",\"O\"\"Hara, Ann\"\nsmith, j/0.jpg,1\n# remark\nb.jpg,1\n"
        )
        #expect(set.names == ["van, dyke/0.jpg", "smith, j/0.jpg", "b.jpg"])
        #expect(set.identities == ["1", "O\"Hara, Ann"] && set.labels == [1, 0, 0])
        let spaces = try Self.read("a.jpg 1\nsmith,j/0.jpg 2\n")
        #expect(spaces.names == ["a.jpg", "smith,j/0.jpg"] && spaces.identities == ["1", "2"])
    }

    @Test func namesNeedNotBeUTF8() throws {
        let folder = try TemporaryFolder()
        let name: [UInt8] = [0xd5, 0xc5, 0xc8, 0xfd]
        let list = try folder.write(name + Array("/1.jpg ".utf8) + name + [10], to: "list.txt")
        let set = try LabelledImageSet.list(list)
        #expect(set.identities == ["\\xD5\\xC5\\xC8\\xFD"])
        #expect(set.names == ["\\xD5\\xC5\\xC8\\xFD/1.jpg"])
        let wide = try folder.write([0xff, 0xfe, 0x61, 0], to: "wide.txt")
        #expect(
            refusal { _ = try LabelledImageSet.list(wide) }?.description.contains("UTF-16") == true)
    }
}
