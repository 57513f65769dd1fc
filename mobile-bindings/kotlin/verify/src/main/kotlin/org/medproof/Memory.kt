package org.medproof

import java.io.File
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardCopyOption.REPLACE_EXISTING

/** Where a client's memory is kept: storage that only the application can write. */
interface Memory {
    /** What was saved last, or nothing on the first start. */
    fun load(): ByteArray?

    /** Keeps it through a restart. The answer is shown after this has returned. */
    fun save(memory: ByteArray)
}

/** A file, replaced as a whole so that a crash leaves the old one or the new one. */
class FileMemory(private val file: File) : Memory {
    override fun load(): ByteArray? = if (file.exists()) file.readBytes() else null

    override fun save(memory: ByteArray) {
        val fresh = File("${file.path}.new")
        fresh.outputStream().use { stream ->
            stream.write(memory)
            stream.fd.sync()
        }
        Files.move(fresh.toPath(), file.toPath(), ATOMIC_MOVE, REPLACE_EXISTING)
    }
}
