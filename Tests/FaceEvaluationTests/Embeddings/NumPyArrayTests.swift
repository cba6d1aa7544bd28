import FaceEvaluation
import Foundation
import Testing

@Suite struct NumPyArrayTests {
    private func data(_ name: String) throws -> Data {
        let url = try #require(
            Bundle.module.url(
                forResource: name, withExtension: "npy", subdirectory: "Fixtures/arrays"))
        return try Data(contentsOf: url)
    }

    private func reason(_ data: Data) throws -> String {
        let error = #expect(throws: FaceEvaluationError.self) {
            try NumPyArray(data, path: "a.npy")
        }
        guard case .malformedArray("a.npy", let reason) = try #require(error) else { return "" }
        return reason
    }

    @Test(arguments: ["half", "single", "double", "version2"])
    func readsWhatNumPyWrites(name: String) throws {
        let array = try NumPyArray(data(name), path: name)
        #expect(array.shape == [2, 3])
        #expect(array.values.prefix(4) == [0, 1, -2.5, 65504])
        // The smallest number that float16 has near 6e-8.
        #expect(abs(array.values[4] - (name == "half" ? 0x1p-24 : 6e-8)) < 1e-14)
        #expect(array.values[5] == .infinity)
    }

    @Test func readsThreeDimensions() throws {
        let array = try NumPyArray(data("views"), path: "views")
        #expect(array.shape == [2, 3, 2])
        #expect(array.values == (0..<12).map(Float.init))
    }

    @Test(arguments: [[4], [2, 3], [2, 5, 7], [1, 64], []])
    func writesWhatItReads(shape: [Int]) throws {
        let values = (0..<shape.reduce(1, *)).map { Float($0) / 7 }
        let array = NumPyArray(shape: shape, values: values)
        #expect(try NumPyArray(array.data, path: "own") == array)
        // The numbers begin at a multiple of 64, as NumPy has it.
        #expect((array.data.count - values.count * 4) % 64 == 0)
    }

    @Test func saysWhatItDoesNotRead() throws {
        #expect(try reason(data("fortran")).contains("Fortran order"))
        #expect(try reason(data("big")).contains("'>f4'"))
        #expect(try reason(data("whole")).contains("'<i8'"))
        #expect(try reason(data("objects")).contains("'|O'"))
        #expect(try reason(Data()).contains("does not start like a .npy file"))
        #expect(try reason(Data("\u{7f}ELF".utf8)).contains("does not start like a .npy file"))
    }

    @Test func everyCutIsFound() throws {
        let whole = try data("single")
        for count in 0..<whole.count { #expect(try !reason(whole.prefix(count)).isEmpty) }
        #expect(try reason(whole + [0]).contains("25 bytes"))
    }

    @Test(arguments: [
        "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4", "{'descr'", "{", "", "{'descr': '<f4'} trailing", "__import__('os')",
    ])
    func hostileHeadersAreRefused(header: String) throws {
        let bytes = Array(header.utf8)
        let file =
            Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(bytes.count), 0] + bytes)
            + Data([0, 0, 0, 0])
        #expect(try !reason(file).isEmpty)
    }

    /// Any byte may be changed: the file is read or refused, and nothing else.
    @Test func changedBytesDoNoHarm() throws {
        let whole = try data("single")
        for index in 0..<whole.count {
            for value in [0, 0x27, 0x28, 0x39, 0x7f, 0xff] as [UInt8] {
                var changed = whole
                changed[index] = value
                _ = try? NumPyArray(changed, path: "changed")
            }
        }
    }

    @Test func missingFilesAreNamed() {
        let url = URL(fileURLWithPath: "/nowhere/a.npy")
        let error = #expect(throws: FaceEvaluationError.self) { try NumPyArray.read(url) }
        #expect(
            error?.description
                == "cannot read '/nowhere/a.npy' as a NumPy array: the file does not exist or cannot "
                + "be read")
    }
}
