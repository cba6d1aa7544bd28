import Testing

@testable import ModelFormats

/// Pickles that are not of a file.
@Suite("A pickle")
struct StatePickleTests {
    /// A list of pairs, which dictionaries are made of again and again.
    private static func repeated(_ pairs: Int, _ times: Int) -> [UInt8] {
        let pair: [UInt8] = [0x4B, 1, 0x4B, 2, 0x86]
        let list: [UInt8] = [0x5D, 0x28] + (0..<pairs).flatMap { _ in pair } + [0x65]
        let dictionary = [0x63] + Array("collections\nOrderedDict\n".utf8)
        let made: [UInt8] = [0x68, 1, 0x68, 0, 0x85, 0x52, 0x30]
        return [0x80, 2] + list + [0x71, 0, 0x30] + dictionary + [0x71, 1, 0x30]
            + (0..<times).flatMap { _ in made } + [0x7D, 0x2E]
    }

    @Test("takes no more memory than its length, however often it makes dictionaries of a list")
    func dictionaries() throws {
        var few = StatePickle(StateCursor(Self.repeated(100, 3)[...], path: "few"))
        _ = try few.run()
        var many = StatePickle(StateCursor(Self.repeated(500, 500)[...], path: "many"))
        let error = #expect(throws: ModelFormatsError.self) { _ = try many.run() }
        #expect(error?.description.contains("repeats values past its length") == true)
        // 250,000 pairs would have been made of 6,000 bytes.
        #expect(many.values.count < 100_000)
    }
}
