import FaceData
import Testing

@Suite struct FaceDataErrorTests {
    @Test(arguments: [
        (
            FaceDataError.cannotEncode(format: "PNG", reason: "it is empty"),
            "cannot write an image as PNG: it is empty"
        ),
        (
            .cannotWrite(path: "a/b", reason: "the disk is full"),
            "cannot write 'a/b': the disk is full"
        ),
        (
            .tooManyBadImages(path: "set", bad: 3, total: 20, first: "the image 'x.jpg' is empty"),
            "3 of 20 images in 'set' cannot be decoded, which is more than 1 %; "
                + "the first is the image 'x.jpg' is empty"
        ),
    ])
    func messages(error: FaceDataError, message: String) {
        #expect(error.description == message)
    }
}
