import Foundation

/// The mean of faces that are aligned as most networks expect them: to 112x112 pixels with insightface's
/// five-point template.
///
/// What an aligned picture has in common with it says nothing about its identity, and a set with a
/// different mean is cropped differently. It is the mean of the aligned faces of CelebA and LFW, made
/// symmetric (`Tests/FaceDataTests/Fixtures/make_typical_face.py`).
enum TypicalFace {
    /// Grey values, ``MeanFace/side`` pixels square, row by row; 0...255.
    static let greys = [UInt8](Data(base64Encoded: encoded) ?? Data()).map(Double.init)

    private static let encoded = """
        a2djX1tXVVNSUlFSUlJSUlJRUlJTVVdbX2Nna2llYFxZVlZWV1lcXV5fX15dXFlXVlZWWVxgZWln\
        Yl5aWFhZXWJobXBycnJycG1oYl1ZWFhaXmJnZWBcWVhaX2ZveH+EhoeHhoR/eG9mX1pYWVxgZWNe\
        WlhZXmZveoWNkpWXl5WSjYV6b2ZeWVhaXmNhXFhXWmFrd4ONlpueoKCem5aNg3drYVpXWFxhX1tX\
        V1tkcHyIkZqfoqSkop+akYh8cGRbV1dbX15ZVlZcZnOAi5WcoqWmpqWinJWLgHNmXFZWWV5dWFVW\
        XGh2hI+ZoKaoqamopqCZj4R2aFxWVVhdXFhVV15pd4OMlJujqaqqqaOblIyDd2leV1VYXFxYVllh\
        anJ2d3h+jJujo5uMfnh3dnJqYVlWWFxcWVhbY2ltcW9pZG+FmZmFb2Rpb3FtaWNbWFlcXltbX2Zr\
        amFXUFdkeZiYeWRXUFdhamtmX1tbXmBeXmNrcmxcW1NobX+enn9taFNbXGxya2NeXmBiYWFmcX2D\
        gn+AgoiOoqKOiIKAf4KDfXFmYWFiZGNkaHOCkJiYmJqYmKSkmJiamJiYkIJzaGRjZGVlZWlygZGe\
        pKakm5ulpZubpKaknpGBcmllZWVmZmZocH6OnaaooZaYoaGYlqGopp2OfnBoZmZmZmVmaG56iZeg\
        n5SLipGRiouUn6CXiXpuaGZlZmRkZWZsdYKOlJOSiX+BgX+JkpOUjoJ1bGZlZGRjYmNlanJ8hYmN\
        kY6HhISHjpGNiYV8cmplY2JjYmFhY2hweYGFhoeIiImJiIiHhoWBeXBoY2FhYmFfX2BlbniChnpt\
        bnN4eHNubXqGgnhuZWBfX2FgX15eYml0f4iEeXZ9goJ9dnmEiH90aWJeXl9gYF5dXV5kbXiDiYiC\
        g4WFg4KIiYN4bWReXV1eYGBeXVxcX2Zve4aLioeGhoeKi4Z7b2ZfXFxdXmBgXl1cW1xgZ3F+i5GT\
        k5OTkYt+cWdgXFtcXV5gX15eXVxcXWFncoKOlJaWlI6CcmdhXVxcXV5eXw==
        """
}
