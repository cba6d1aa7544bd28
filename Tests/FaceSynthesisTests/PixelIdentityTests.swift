import FaceData
import FaceSynthesis
import Testing

/// A changed hash means that built-in studies made before and after are of different pictures:
/// raise ``FaceRenderer/version`` with it.
@Suite("The built-in faces are the same pixels on every machine")
struct PixelIdentityTests {
    static let known: [(set: SyntheticSet, place: Int, size: Int, hash: String)] = [
        (
            .cleanTraining, 0, 112,
            "177a1b5a7de0d5332667a97df49eb7b91c62059dec296ad5f261adb9217647b6"
        ),
        (
            .cleanTraining, 1777, 112,
            "4e9c02e55f337bc802cc89569c3c5a0178b7c0d2e2dcad77a349f9c60258c406"
        ),
        (
            .wildTraining, 5, 112,
            "82a91aabdc87c2272a19f389528a57fe2d565c1f9a1e094a3cfb5033ccd21215"
        ),
        (
            .wildTraining, 2000, 64,
            "56da13ce80780e65e359ffba16961a085b8bd7ddb430096a8898d0c02fd6b6e2"
        ),
        (
            .verification, 12, 112,
            "066e31d346519663bea7ad609d88079941ee63197bc99db407801c5b27e7790e"
        ),
        (
            .verification, 1499, 96,
            "6bf46decbd9378ab2e47f9dd0c5449eba6684e6738205786aaa2aa292b1ba307"
        ),
    ]

    @Test("Stored hashes", arguments: known)
    func hashes(_ set: SyntheticSet, place: Int, size: Int, hash: String) throws {
        let plan = try SyntheticPlan(set)
        let image = Array(plan.folders.joined())[place]
        let pixels = FaceRenderer().render(
            identity: plan.identity(of: image), view: plan.view(of: image), size: size)
        var digest = SHA256()
        digest.update(pixels)
        #expect(digest.hexDigest() == hash, "\(set.name), image \(place), \(size) pixels")
    }
}
