import FaceData
import Testing

@Suite struct ContactSheetTests {
    @Test func everyImageIsInItsCell() {
        let rows = (0..<2).map { row in
            (0..<3).map { RGBImage.noise(width: 4, height: 4, seed: UInt64(3 * row + $0)) }
        }
        let sheet = ContactSheet(side: 4, gap: 2).image(of: rows)
        #expect(sheet.width == 3 * 4 + 4 * 2)
        #expect(sheet.height == 2 * 4 + 3 * 2)
        for y in 0..<sheet.height {
            for x in 0..<sheet.width {
                let (column, row) = (x / 6, y / 6)
                let isGap = x % 6 < 2 || y % 6 < 2
                let expected =
                    isGap ? [255, 255, 255] : rows[row][column][x % 6 - 2, y % 6 - 2]
                #expect(sheet[x, y] == expected)
            }
        }
    }

    @Test func shortRowsLeaveCellsBlankAndImagesAreFitted() {
        let red = RGBImage.plain(width: 30, height: 20, 255, 0, 0)
        let sheet = ContactSheet(side: 5, gap: 0, background: 7).image(of: [[red], [red, red]])
        #expect((sheet.width, sheet.height) == (10, 10))
        #expect(sheet[4, 4] == [255, 0, 0])
        #expect(sheet[5, 4] == [7, 7, 7])
        #expect(sheet[9, 9] == [255, 0, 0])
    }

    @Test func nothingGivesTheSmallestPicture() {
        #expect(ContactSheet(side: 5).image(of: []).pixels == [255, 255, 255])
        #expect(ContactSheet(side: 5).image(of: [[], []]).pixels == [255, 255, 255])
    }
}
