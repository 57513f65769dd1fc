package org.medproof.samples

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.medproof.Checker
import org.medproof.FileMemory
import org.medproof.Messages
import org.medproof.Outcome
import org.medproof.Purpose
import java.io.File
import java.io.InputStream

/** The check of `docs/mobile.en.md`, as it stands there. An Android activity has `assets` and `noBackupFilesDir`. */
class FirstCheck(assets: Assets, noBackupFilesDir: File) {
    val checker = Checker(
        anchor = assets.open("chain.mpanchor").readBytes(),
        nodes = listOf("https://node-a.example", "https://node-b.example"),
        memory = FileMemory(File(noBackupFilesDir, "medproof.memory")),
    )
    val messages = Messages("en")

    suspend fun check(scan: String, kept: ByteArray?) = withContext(Dispatchers.IO) {
        when (val outcome = checker.check(scan, Purpose.HOLDER, kept)) {
            is Outcome.NoAnswer -> messages.noAnswer(Purpose.HOLDER)
            is Outcome.Answered -> messages.explain(outcome.verdict, Purpose.HOLDER)
        }
    }
}

/** What the check needs of Android's `AssetManager`. */
fun interface Assets {
    /** A file that came with the application. */
    fun open(name: String): InputStream
}
